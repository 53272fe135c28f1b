import type { AccountId } from '../platform/ids.ts'
import { affectedRows } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { lockPeople } from './store.ts'

/** Many follows at once, for the seed command. None of them may be there already. */
export async function insertFollows(
  trx: Sql,
  follows: readonly { follower: AccountId; followed: AccountId }[],
): Promise<void> {
  if (follows.length === 0) return
  await lockPeople(
    trx,
    follows.flatMap(({ follower, followed }) => [follower, followed]),
  )
  await trx.batchInsert(
    'follows',
    follows.map(({ follower, followed }) => ({ follower_id: follower, followed_id: followed })),
    2000,
  )
  const following = Map.groupBy(follows, (follow) => follow.follower)
  const followers = Map.groupBy(follows, (follow) => follow.followed)
  for (const [account, list] of following) {
    await affectedRows(trx, 'UPDATE people SET following = following + ? WHERE account_id = ?', [list.length, account])
  }
  for (const [account, list] of followers) {
    await affectedRows(trx, 'UPDATE people SET followers = followers + ? WHERE account_id = ?', [list.length, account])
  }
}
