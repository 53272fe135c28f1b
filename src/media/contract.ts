import { z } from 'zod'
import type { Route } from '../platform/http/route.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'

/** A picture as everybody sees it. Width and height are those of the upright picture, so that nothing jumps while it loads. */
export const pictureView = z.strictObject({
  id: z.string(),
  state: z.enum(['processing', 'ready', 'failed']).describe('The files are there once it is ready'),
  width: z.int().positive().describe('Pixels, upright'),
  height: z.int().positive().describe('Pixels, upright'),
  placeholder: z.string().describe('ThumbHash in base64, to paint until a file has loaded'),
  urls: z.strictObject({
    thumb: z.string().describe('WebP, at most 320 pixels wide and high'),
    feed: z.string().describe('WebP, at most 1080 pixels wide and high'),
    full: z.string().describe('WebP, at most 2048 pixels wide and high'),
    jpeg: z.string().describe('JPEG, as large as `full`, for what cannot show WebP'),
  }),
})
export type PictureView = z.input<typeof pictureView>

/** Written once in the OpenAPI document, under this name. */
z.globalRegistry.add(pictureView, { id: 'Picture' })

/** What a picture is part of. A picture is part of one thing only, and goes when that goes. */
export interface MediaUse {
  type: 'post' | 'message' | 'profile'
  /** Of the post, of the room, of the account. */
  id: number
}

export interface Media {
  routes: Route[]
  /**
   * Makes own, yet unused pictures part of something. Error: `bad_input` with `pointer(index)` for one that is missing, another
   * person's, used already, or failed.
   */
  claim(
    trx: Sql,
    claim: { owner: AccountId; ids: readonly MediaId[]; use: MediaUse; pointer: (index: number) => string },
  ): Promise<void>
  /** Gives pictures of one use up: they and their files go soon after the commit. Ids that are not of this use are overlooked. */
  release(trx: Sql, use: MediaUse, ids: readonly MediaId[]): Promise<void>
  /** By one query. Ids of pictures that are gone are missing in the answer. */
  views(sql: Sql, ids: Iterable<MediaId>): Promise<Map<MediaId, PictureView>>
  /** The unguessable name of a picture, for who keeps that instead of the id; undefined when the picture is gone. */
  nameOf(sql: Sql, id: MediaId): Promise<string | undefined>
  /** The addresses of a picture by its unguessable name, as a profile keeps it. */
  urls(name: string): PictureView['urls']
  stop(): Promise<void>
}
