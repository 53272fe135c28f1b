import test from 'ava'
import { hidersOf } from '../../src/people/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { explain } from '../support/explain.ts'
import type { PlanStep } from '../support/explain.ts'
import { statementsDuring } from '../support/statements.ts'
import { streetOf } from './street.ts'
import type { Resident } from './street.ts'
import { comment, inboxOf, like, nextPost, readUpTo, takeBack, tell } from '../notifications/inbox.ts'

/** That what people ask for takes the indexes which docs/data-model.md names, with tables that have grown. */
const street = streetOf(test)

/** The plans of all SELECTs that run during `work`, by the beginning of their text. */
async function plansOf(work: () => Promise<unknown>): Promise<{ text: string; steps: PlanStep[] }[]> {
  const { sql } = street().world
  const selects = await statementsDuring(sql, /^\s*select/i, work)
  const plans = []
  for (const { sql: text, bindings } of selects) {
    const steps = (await explain(sql, text, bindings)).filter(({ table }) => table !== '' && !table.startsWith('<'))
    plans.push({ text: text.replaceAll(/\s+/g, ' '), steps })
  }
  return plans
}

/** Fifty thousand pairs, and inboxes of some size. */
async function grow(): Promise<void> {
  const { sql } = street().world
  const crowd = await street().moveInMany('crowd', 1000)
  const pairs = crowd.flatMap(({ id }, from) =>
    Array.from({ length: 20 }, (_, step) => ({ one: id, other: crowd[(from + step + 1) % crowd.length]!.id })),
  )
  for (let from = 0; from < pairs.length; from += 2000) {
    const chunk = pairs.slice(from, from + 2000)
    await sql('follows').insert(chunk.map(({ one, other }) => ({ follower_id: one, followed_id: other })))
    await sql('blocks').insert(chunk.map(({ one, other }) => ({ blocker_id: one, blocked_id: other })))
    await sql('mutes').insert(chunk.map(({ one, other }) => ({ muter_id: one, muted_id: other })))
    await sql('notifications').insert(
      chunk.map(({ one, other }, index) => ({
        ...{ account_id: one, place: 1000 + from + index, type: 'comment', subject: `comment:${from + index}` },
        ...{
          post_id: 1_000_000 + other,
          comment_id: 1_000_000 + from + index,
          body: '',
          actors: 1,
          latest: String(other),
        },
      })),
    )
  }
  for (const table of ['accounts', 'follows', 'blocks', 'mutes', 'notifications'])
    await sql.raw(`ANALYZE TABLE ${table}`)
}

/** The first page and the one behind it. */
async function readSome(who: Resident, path: string): Promise<void> {
  const { body } = await who.ask(`GET ${path}&limit=5`)
  const { next } = body['page'] as { next?: string }
  if (next !== undefined) await who.ask(`GET ${path}&limit=5&cursor=${next}`)
}

test.serial('no question about people or notifications reads a whole table, or sorts one', async (t) => {
  await grow()
  const [alice, bob] = await street().moveInMany('alice', 2)
  if (!alice || !bob) throw new Error('two people moved in')
  const { people, world } = street()
  const post = nextPost()

  const plans = await plansOf(async () => {
    for (const what of ['follow', 'mute']) await alice.ask(`PUT /v1/people/${bob.username}/${what}`)
    await alice.ask(`GET /v1/people/${bob.username}`)
    for (const list of ['followers', 'following']) await alice.ask(`GET /v1/people/${bob.username}/${list}`)
    for (const list of ['blocks', 'mutes']) await alice.ask(`GET /v1/me/${list}`)
    for (const typed of ['crowd', 'crowd_5', '마', '맏'])
      await readSome(alice, `/v1/people?q=${encodeURIComponent(typed)}`)
    await people.relationsOf(alice.id)
    await people.followedBy(alice.id)
    await hidersOf(world.sql, bob.id, [alice.id, 1 as AccountId, 2 as AccountId])
    await tell(street(), like(alice, bob, post), comment(alice, bob, post))
    await readUpTo(bob, (await inboxOf(bob)).items[0])
    await takeBack(street(), { type: 'like', from: alice.id, to: bob.id, post })
    await street().transaction((trx, say) => street().notifications.forget(trx, say, { post }))
    await alice.ask(`PUT /v1/people/${bob.username}/block`)
  })

  t.true(plans.length > 20)
  for (const { text, steps } of plans) {
    for (const step of steps) {
      t.not(step.type, 'ALL', text)
      t.not(step.type, 'index', text)
      t.notRegex(step.extra, /filesort|temporary/, text)
    }
  }
})

test.serial('lists and inboxes are read in the order of their indexes', async (t) => {
  const { sql } = street().world
  const [row] = await sql('follows').limit(1).select<{ follower_id: AccountId }[]>('follower_id')
  const owner = await sql('accounts').where({ id: row!.follower_id }).first<{ id: AccountId; username: string }>()
  const alice = await street().moveIn('alice')
  const keysOf = async (work: () => Promise<unknown>, table: string): Promise<(string | null)[]> =>
    (await plansOf(work)).flatMap(({ steps }) => steps.filter((step) => step.table === table).map(({ key }) => key))

  const followers = await keysOf(() => alice.ask(`GET /v1/people/${owner.username}/followers`), 'follows')
  const following = await keysOf(() => alice.ask(`GET /v1/people/${owner.username}/following`), 'follows')

  t.true(followers.includes('follows_back'))
  t.true(following.includes('follows_newest'))
})

test.serial(
  'people are found in the order of the indexes, and those whom one follows by the list of them',
  async (t) => {
    const alice = await street().moveIn('alice')
    const others = await street().moveInMany('kim', 30)
    await street()
      .world.sql('accounts')
      .whereIn(
        'id',
        others.map(({ id }) => id),
      )
      .update({ display_name: '김철수' })

    await alice.ask(`PUT /v1/people/${others[0]?.username}/follow`)

    const plans = await plansOf(() => alice.ask(`GET /v1/people?q=${encodeURIComponent('김')}&limit=5`))
    const named = await plansOf(() => alice.ask('GET /v1/people?q=crowd&limit=5'))
    const keys = [...plans, ...named].flatMap(({ steps }) => steps.map(({ table, key }) => `${table} ${key}`))

    for (const key of [
      'follows follows_newest',
      'accounts PRIMARY',
      'accounts accounts_names',
      'accounts accounts_username',
    ])
      t.true(keys.includes(key), key)
  },
)
