import type { Accounts, Named } from '../accounts/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { followedNewest } from './list-store.ts'
import type { Listed } from './list-store.ts'
import { hiddenFrom } from './store.ts'

export interface SearchParts {
  sql: Sql
  accounts: Pick<Accounts, 'namedAmong' | 'namedByUsername' | 'namedByName'>
}

/** The ways on which people are found, one after the other, and behind whom the last page ended. */
export type SearchPlace =
  | { way: 'followed'; since: Date; account: AccountId }
  | { way: 'username'; username: string }
  | { way: 'name'; name: string; account: AccountId }

export interface Found {
  account: AccountId
  follows: boolean
  place: SearchPlace
}

interface Asked {
  typed: string
  from: SearchPlace | undefined
  limit: number
}

/**
 * People whose username or name begins with what was typed: those whom the viewer follows first, then by username, then by name.
 * Before anything is typed they are those whom the viewer follows. Whom a block keeps from the viewer is not among them; who is
 * muted is, having been asked for.
 */
export async function findPeople(parts: SearchParts, viewer: AccountId, asked: Asked): Promise<Found[]> {
  const followed = await followedNewest(parts.sql, viewer)
  const found =
    asked.from === undefined || asked.from.way === 'followed' ? await amongFollowed(parts, followed, asked) : []
  const missing = asked.limit - found.length
  if (missing === 0 || asked.typed === '') return found
  const without = new Set([...followed.map(({ account }) => account), ...(await blockedFrom(parts.sql, viewer))])
  return [...found, ...(await amongOthers(parts, without, { ...asked, limit: missing }))]
}

/** The latest first. A block has ended every follow, so none has to be looked for. */
async function amongFollowed(parts: SearchParts, followed: readonly Listed[], asked: Asked): Promise<Found[]> {
  const { from } = asked
  const left = from?.way === 'followed' ? followed.filter((one) => isBehind(one, from)) : followed
  const named = asked.typed === '' ? undefined : await namesAmong(parts, left, asked.typed)
  return left
    .filter(({ account }) => named?.has(account) !== false)
    .slice(0, asked.limit)
    .map(({ account, since }) => ({ account, follows: true, place: { way: 'followed', since, account } }))
}

function isBehind(one: Listed, place: Listed): boolean {
  const [since, before] = [one.since.getTime(), place.since.getTime()]
  return since < before || (since === before && one.account < place.account)
}

async function namesAmong(parts: SearchParts, people: readonly Listed[], typed: string): Promise<Set<AccountId>> {
  const ids = people.map(({ account }) => account)
  return new Set((await parts.accounts.namedAmong(typed, ids)).map(({ account }) => account))
}

async function amongOthers(parts: SearchParts, without: ReadonlySet<AccountId>, asked: Asked): Promise<Found[]> {
  const { accounts } = parts
  const { typed, from, limit } = asked
  const byUsername =
    from?.way === 'name'
      ? []
      : await accounts.namedByUsername(typed, {
          after: from?.way === 'username' ? from.username : undefined,
          without,
          limit,
        })
  const missing = limit - byUsername.length
  const after = from?.way === 'name' ? from : undefined
  const byName = missing === 0 ? [] : await accounts.namedByName(typed, { after, without, limit: missing })
  return [...byUsername.map((one) => toFound('username', one)), ...byName.map((one) => toFound('name', one))]
}

function toFound(way: 'username' | 'name', { account, username, name }: Named): Found {
  return { account, follows: false, place: way === 'username' ? { way, username } : { way, name, account } }
}

async function blockedFrom(sql: Sql, viewer: AccountId): Promise<AccountId[]> {
  return (await hiddenFrom(sql, viewer)).filter(({ by }) => by === 'block').map(({ account }) => account)
}
