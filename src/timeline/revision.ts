import { isDeepStrictEqual } from 'node:util'
import { Problem } from '../platform/errors.ts'
import type { AccountId } from '../platform/ids.ts'
import { saysSomething } from './post.ts'
import type { Post, PostChanges, PostPicture } from './post.ts'
import { areaKey } from './text.ts'

/** A post with its pictures, as it stands before it is edited. */
interface Standing {
  post: Post
  pictures: readonly PostPicture[]
}

export interface Revision {
  text: string
  area: string | undefined
  areaKey: string | undefined
  tags: readonly string[]
  mentions: readonly AccountId[]
  pictures: readonly PostPicture[]
  pictureCount: number
}

/** What a post is after these changes. Error: `bad_input`, when it would say nothing any more. */
export function revise(
  { post, pictures: present }: Standing,
  changes: PostChanges & { found: { tags: string[]; mentions: AccountId[] } | undefined },
): Revision {
  const text = changes.text ?? post.text
  const pictures = changes.pictures ?? present
  if (!saysSomething({ text, pictures })) {
    const detail = 'A post has text or pictures'
    throw new Problem('bad_input', { errors: [{ pointer: '', code: 'too_small', detail }] })
  }
  const area = changes.area === undefined ? post.area : (changes.area ?? undefined)
  return {
    ...{ text, pictures, area },
    areaKey: area === undefined ? undefined : areaKey(area),
    tags: changes.found?.tags ?? post.tags,
    mentions: changes.found?.mentions ?? post.mentions,
    pictureCount: pictures.length,
  }
}

export function isRewritten({ post, pictures }: Standing, revised: Revision): boolean {
  const before = { text: post.text, area: post.area, pictures: [...pictures] }
  return !isDeepStrictEqual(before, { text: revised.text, area: revised.area, pictures: [...revised.pictures] })
}
