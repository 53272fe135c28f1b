import type { Config } from '../config.ts'
import type { TellingTransaction } from '../live/index.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Notices } from './changes.ts'
import type { People } from './contract.ts'
import { relationsOf } from './relations.ts'
import type { RouteParts } from './route-parts.ts'
import { peopleRoutes } from './routes.ts'
import { followedBy } from './store.ts'

export type { People, Relations } from './contract.ts'
export { hidersOf } from './store.ts'
export type { Notices } from './changes.ts'

export interface PeopleOptions {
  sql: Sql
  config: Config
  transaction: TellingTransaction
  accounts: RouteParts['accounts']
  media: RouteParts['media']
  notices: Notices
}

/** Who follows, blocks and mutes whom. */
export function createPeople(options: PeopleOptions): People {
  const { sql, config, transaction, accounts, media, notices } = options
  return {
    routes: peopleRoutes({
      ...{ sql, transaction, accounts, media, notices },
      followsMax: config.FOLLOWS_MAX,
      blocksMax: config.BLOCKS_MAX,
      changeLimit: {
        name: 'relations',
        requests: config.RELATIONS_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
      searchLimit: {
        name: 'people_searches',
        requests: config.PEOPLE_SEARCHES_PER_MINUTE,
        seconds: 60,
        withoutRedis: 'count_here',
      },
    }),
    relationsOf: (account) => relationsOf(sql, account),
    followedBy: (account) => followedBy(sql, account),
  }
}
