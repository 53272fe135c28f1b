import {
  accountIdsNamed,
  accountsStartingWith,
  countOtherAccounts,
  hashForMany,
  insertMembers,
} from '../../accounts/bulk.ts'
import { insertFollows } from '../../people/bulk-store.ts'
import { inTransaction } from '../../platform/mysql.ts'
import type { Sql } from '../../platform/mysql.ts'
import { holdSeeding, insertPosts, newestPostAt, postsWrittenBy, releaseSeeding } from '../../timeline/bulk.ts'
import { rebuildPopular } from '../../timeline/index.ts'
import { inventFollows, inventPost } from './invent.ts'
import type { SeedMember } from './invent.ts'

export interface CommunityWish {
  members: number
  posts: number
  texts: readonly string[]
  password: string | undefined
  /** Names of people who may be there without being refused for. */
  demoNames: readonly string[]
  isAmongPeople: boolean
}

export interface Progress {
  begin(what: string, total: number, done: number): void
  done(count: number): void
}

export interface CommunityOutcome {
  members: { there: number; added: number }
  posts: { there: number; added: number }
}

/** Thrown with one readable line where a community must not be seeded. */
export class Refused extends Error {}

const prefix = 'seed_'
const membersAtOnce = 200
const postsAtOnce = 500
const days = 90

/**
 * Brings the seeded members and their posts up to the numbers wished for. Each step is one transaction that leaves everything counted
 * right, and a run begins by counting what is there: one that is cut off anywhere is gone on with, and nothing is doubled.
 */
export async function seedCommunity(sql: Sql, wish: CommunityWish, progress: Progress): Promise<CommunityOutcome> {
  await requireOwnGround(sql, wish)
  return sql.transaction(async (holder) => {
    if (!(await holdSeeding(holder))) throw new Refused('Somebody else is seeding this database at this moment.')
    try {
      return await fill(sql, wish, progress)
    } finally {
      await releaseSeeding(holder)
    }
  })
}

async function fill(sql: Sql, wish: CommunityWish, progress: Progress): Promise<CommunityOutcome> {
  const before = await accountsStartingWith(sql, prefix)
  const members = await fillMembers(sql, wish, before, progress)
  const there = await postsWrittenBy(
    sql,
    members.map((member) => member.id),
  )
  await fillPosts(sql, { members, texts: wish.texts, there, wished: wish.posts }, progress)
  await rebuildPopular(sql, 0)
  return {
    members: { there: before.length, added: members.length - before.length },
    posts: { there, added: Math.max(0, wish.posts - there) },
  }
}

async function requireOwnGround(sql: Sql, wish: CommunityWish): Promise<void> {
  if (wish.isAmongPeople) return
  const others = await countOtherAccounts(sql, { prefix, names: wish.demoNames })
  if (others === 0) return
  throw new Refused(
    `${others} people have accounts here who are neither seeded nor of the demo data. Seed another database, or say --among-people.`,
  )
}

async function fillMembers(
  sql: Sql,
  wish: CommunityWish,
  present: readonly SeedMember[],
  progress: Progress,
): Promise<SeedMember[]> {
  const members = [...present]
  progress.begin('members', wish.members, Math.min(members.length, wish.members))
  const hash = members.length < wish.members ? await hashForMany(wish.password) : ''
  while (members.length < wish.members) {
    const count = Math.min(membersAtOnce, wish.members - members.length)
    members.push(...(await inTransaction(sql, (trx) => addMembers(trx, members, count, hash))))
    progress.done(count)
  }
  return members
}

async function addMembers(trx: Sql, elders: readonly SeedMember[], count: number, hash: string): Promise<SeedMember[]> {
  const fresh = Array.from({ length: count }, (_, index) => {
    const nth = elders.length + index + 1
    const isKorean = nth % 3 !== 0
    return {
      username: `${prefix}${String(nth).padStart(6, '0')}`,
      displayName: isKorean ? `이웃 ${nth}` : `Neighbour ${nth}`,
      language: isKorean ? ('ko' as const) : ('en' as const),
    }
  })
  const ids = await insertMembers(trx, fresh, hash)
  const members = fresh.map(({ username }, index) => ({ id: ids[index]!, username }))
  const follows = members.flatMap((member, index) => {
    const before = [...elders, ...members.slice(0, index)]
    return before.length === 0 ? [] : inventFollows(elders.length + index, member, before)
  })
  await insertFollows(trx, follows)
  return members
}

interface Writing {
  members: readonly SeedMember[]
  texts: readonly string[]
  there: number
  wished: number
}

/** Spread evenly from the newest post that is there, or from ninety days ago, to now: ids and times grow together. */
async function fillPosts(sql: Sql, writing: Writing, progress: Progress): Promise<void> {
  const { members, texts, there, wished } = writing
  const now = Date.now()
  const from = Math.max(now - days * 86_400_000, (await newestPostAt(sql))?.getTime() ?? 0)
  const missing = Math.max(0, wished - there)
  const timeOf = (index: number): Date => new Date(from + Math.floor(((index + 1) / missing) * (now - from)))
  progress.begin('posts', wished, Math.min(there, wished))
  for (let index = 0; index < missing; index += postsAtOnce) {
    const count = Math.min(postsAtOnce, missing - index)
    const posts = Array.from({ length: count }, (_, nth) =>
      inventPost(there + index + nth, timeOf(index + nth), members, texts),
    )
    await inTransaction(sql, (trx) => insertPosts(trx, posts, (names) => accountIdsNamed(trx, names)))
    progress.done(count)
  }
}
