import type { Notice } from '../notifications/index.ts'
import type { AccountId, CommentId, PostId } from '../platform/ids.ts'
import { excerptOf } from './text.ts'

/** One notice for everybody whom a text mentions and who has not been told: `known` were mentioned before it was edited. */
export function mentionsOf(
  written: { text: string; mentions: readonly AccountId[] },
  around: { from: AccountId; post: PostId; comment?: CommentId; known: readonly AccountId[] },
): Notice[] {
  const { from, post, comment, known } = around
  return written.mentions
    .filter((to) => !known.includes(to))
    .map((to) => ({
      ...{ type: 'mention' as const, to, from, post, excerpt: excerptOf(written.text) },
      ...(comment === undefined ? {} : { comment }),
    }))
}
