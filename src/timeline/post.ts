import { z } from 'zod'
import type { AccountId, MediaId, PostId } from '../platform/ids.ts'
import { isVisible } from '../platform/visible.ts'
import { area, textOf } from './text.ts'
import { idOf } from './route-ids.ts'

/** What a post is; place, event and listing will join. */
export const postKind = z.enum(['plain'])
export type PostKind = z.output<typeof postKind>

export interface Post {
  id: PostId
  author: AccountId
  kind: PostKind
  text: string
  area: string | undefined
  /** As written, without `#`. */
  tags: string[]
  mentions: readonly AccountId[]
  pictureCount: number
  likeCount: number
  commentCount: number
  /** Both as they are shown: ISO 8601 in UTC, with milliseconds. */
  createdAt: string
  editedAt: string | undefined
}

/** A picture as a post shows it. */
export interface PostPicture {
  media: MediaId
  alt: string
}

const mostText = 5000
const mostAlt = 1000
const mostPictures = 10

const text = textOf(mostText)
const pictures = z
  .array(
    z.strictObject({
      media: idOf<MediaId>('a picture').describe('Id of an own, unused picture'),
      alt: textOf(mostAlt)
        .default('')
        .describe(`What the picture shows, for those who do not see it, at most ${mostAlt} characters`),
    }),
  )
  .max(mostPictures)
  .refine((list) => new Set(list.map((picture) => picture.media)).size === list.length, {
    error: 'A picture is there once',
    params: { code: 'doubled' },
  })

export const newPost = z
  .strictObject({ text: text.default(''), pictures: pictures.default([]), area: area.optional() })
  .refine(saysSomething, { error: 'A post has text or pictures', params: { code: 'too_small' } })
export type NewPost = z.output<typeof newPost>

/** What is not named stays as it is; `area: null` takes it away. */
export const postChanges = z.strictObject({
  text: text.optional(),
  pictures: pictures.optional(),
  area: area.nullable().optional(),
})
export type PostChanges = z.output<typeof postChanges>

export function saysSomething(post: { text: string; pictures: readonly unknown[] }): boolean {
  return isVisible(post.text) || post.pictures.length > 0
}
