import { z } from 'zod'
import { personView, presentPerson } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import { pictureView } from '../media/index.ts'
import type { PictureView } from '../media/index.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import type { Comment } from './comment-store.ts'
import { postKind } from './post.ts'
import type { Post, PostPicture } from './post.ts'

/** What leaves through the routes of the timeline. All text is data: whoever shows it escapes it. */

const instant = z.iso.datetime({ precision: 3 })
const tags = z.array(z.string()).describe('Hashtags in the text, as written, without #')
/** No more than the text says itself: what a person shows of themselves is asked for, where blocks are honoured. */
const mentionView = z.strictObject({ id: z.string(), username: z.string() })
const mentions = z.array(mentionView).describe('People whom the text mentions by @username')

/** A post as everybody sees it; nothing in it depends on the reader. It is what events carry. */
export const sharedPostView = z.strictObject({
  id: z.string(),
  kind: postKind,
  author: personView.nullable().describe('Null when the account is gone'),
  text: z.string(),
  pictures: z.array(z.strictObject({ ...pictureView.shape, alt: z.string() })),
  area: z.string().nullable(),
  tags,
  mentions,
  likeCount: z.int(),
  commentCount: z.int(),
  createdAt: instant,
  editedAt: instant.optional(),
})
export type SharedPostView = z.input<typeof sharedPostView>

const isLiked = z.boolean().describe('By me')

export const postView = z.strictObject({ ...sharedPostView.shape, isLiked })
export type PostView = z.input<typeof postView>

export const commentView = z.strictObject({
  id: z.string(),
  post: z.string(),
  author: personView.nullable().describe('Null when the account is gone'),
  text: z.string(),
  mentions,
  createdAt: instant,
  editedAt: instant.optional(),
})
export type CommentView = z.input<typeof commentView>

export const likingView = z.strictObject({ post: z.string(), likeCount: z.int(), isLiked })
export const likeView = z.strictObject({ person: personView, at: instant })

/** Written once in the documents, under these names. */
z.globalRegistry.add(sharedPostView, { id: 'SharedPost' })
z.globalRegistry.add(postView, { id: 'Post' })
z.globalRegistry.add(commentView, { id: 'Comment' })
z.globalRegistry.add(likingView, { id: 'Liking' })
z.globalRegistry.add(likeView, { id: 'Like' })

/** Whose names are needed to show these. */
export function peopleIn(posts: readonly { author: AccountId; mentions: readonly AccountId[] }[]): AccountId[] {
  const people: AccountId[] = []
  for (const post of posts) people.push(post.author, ...post.mentions)
  return people
}

export interface PostSurroundings {
  profiles: ReadonlyMap<AccountId, Profile>
  pictures: readonly PostPicture[]
  media: ReadonlyMap<MediaId, PictureView>
}

export function presentPost(post: Post, around: PostSurroundings): SharedPostView {
  return {
    id: String(post.id),
    kind: post.kind,
    author: presentKnown(post.author, around.profiles),
    text: post.text,
    pictures: around.pictures.flatMap(({ media, alt }) => {
      const view = around.media.get(media)
      return view === undefined ? [] : [{ ...view, alt }]
    }),
    area: post.area ?? null,
    tags: post.tags,
    mentions: presentMentions(post.mentions, around.profiles),
    likeCount: post.likeCount,
    commentCount: post.commentCount,
    createdAt: post.createdAt,
    ...(post.editedAt === undefined ? {} : { editedAt: post.editedAt }),
  }
}

export function presentComment(comment: Comment, profiles: ReadonlyMap<AccountId, Profile>): CommentView {
  return {
    id: String(comment.id),
    post: String(comment.post),
    author: presentKnown(comment.author, profiles),
    text: comment.text,
    mentions: presentMentions(comment.mentions, profiles),
    createdAt: comment.createdAt.toISOString(),
    ...(comment.editedAt === undefined ? {} : { editedAt: comment.editedAt.toISOString() }),
  }
}

function presentKnown(id: AccountId, profiles: ReadonlyMap<AccountId, Profile>) {
  const profile = profiles.get(id)
  return profile === undefined ? null : presentPerson(profile)
}

function presentMentions(ids: readonly AccountId[], profiles: ReadonlyMap<AccountId, Profile>) {
  return ids.flatMap((id) => {
    const username = profiles.get(id)?.username
    return username === undefined ? [] : [{ id: String(id), username }]
  })
}
