import { z } from 'zod'
import type { Accounts } from '../accounts/index.ts'
import type { Config } from '../config.ts'
import type { Live, Tell } from '../live/index.ts'
import type { Media } from '../media/index.ts'
import type { Notifications } from '../notifications/index.ts'
import type { People } from '../people/index.ts'
import type { CommentId, PostId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { KeptPosts } from './kept-posts.ts'
import { idOf } from './route-ids.ts'

/** What the timeline is wired with. */
export interface TimelineOptions {
  sql: Sql
  config: Config
  accounts: Pick<Accounts, 'profiles' | 'findByUsername' | 'accountsNamed'>
  live: Pick<Live, 'transaction' | 'cursor'>
  media: Pick<Media, 'claim' | 'release' | 'views'>
  people: Pick<People, 'relationsOf' | 'followedBy'>
  notifications: Pick<Notifications, 'notify' | 'withdraw' | 'forget'>
}

/** One telling transaction that takes the row of this post first; who comes at once with others waits for their turn. Error: `unavailable`. */
export type ChangePost = <T>(post: PostId, work: (trx: Sql, tell: Tell) => Promise<T>) => Promise<T>

export interface TimelineParts extends TimelineOptions {
  changePost: ChangePost
  keptPosts: KeptPosts
}

/** What is needed to tell how a post looks now. */
export interface RenderedParts {
  accounts: Pick<Accounts, 'profiles'>
  media: Pick<Media, 'views'>
}

export const postParams = z.strictObject({ id: idOf<PostId>('a post') })
export const commentParams = z.strictObject({ id: idOf<CommentId>('a comment') })
