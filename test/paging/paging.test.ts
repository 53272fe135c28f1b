import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { routesOf } from '../security/routes.ts'
import { worldOf } from '../support/world.ts'
import { pagedLists } from './lists.ts'
import type { PagedList } from './lists.ts'
import { seeded } from '../support/seeded.ts'

type Json = Record<string, unknown>

const world = worldOf(test)
let house: House
let lists: Record<string, PagedList[]>
test.serial.before(async () => {
  const many = { POSTS_PER_HOUR: 100_000, COMMENTS_PER_HOUR: 100_000, LIKES_PER_MINUTE: 100_000 }
  const more = { RELATIONS_PER_MINUTE: 100_000, INVITATIONS_PER_MINUTE: 100_000, CLOSINGS_PER_MINUTE: 100_000 }
  house = await openHouse(world(), { ...many, ...more, PEOPLE_SEARCHES_PER_MINUTE: 100_000 })
  lists = await pagedLists(world(), house)
})

async function pageAt(list: PagedList, more: string): Promise<{ keys: string[]; next: string | undefined }> {
  const target = `${list.target}${list.target.includes('?') ? '&' : '?'}${more}`
  const reply = await list.reader.ask(house, `GET ${target}`)
  assert.equal(reply.status, 200, `${target}: ${JSON.stringify(reply.body)}`)
  const page = reply.body['page'] as Json
  const usual = page['next'] === undefined ? undefined : `cursor=${String(page['next'])}`
  return {
    keys: (reply.body['items'] as Json[]).map(list.key),
    next: list.next === undefined ? usual : list.next(page),
  }
}

/** The list as it is now, in the order in which its pages are read. */
async function wholeOf(list: PagedList): Promise<string[]> {
  const { keys, next } = await pageAt(list, 'limit=100')
  assert.equal(next, undefined, 'these lists fit on one page')
  return list.next !== undefined && !list.target.includes('after') ? keys.toReversed() : keys
}

/** All pages of this size; between two of them something may happen to the list. */
async function readBy(list: PagedList, limit: number, between: () => Promise<void>): Promise<string[]> {
  const read: string[] = []
  const isBackward = list.next !== undefined && !list.target.includes('after')
  let next: string | undefined = ''
  // `after` of the page takes the place of the one that the reading began with.
  const bare = { ...list, target: list.target.replace(/\?after=.*$/, '') }
  while (next !== undefined) {
    const page: { keys: string[]; next: string | undefined } = await pageAt(
      next === '' ? list : bare,
      `limit=${limit}&${next}`,
    )
    assert.ok(page.keys.length <= limit)
    assert.ok(page.next === undefined || page.keys.length === limit, 'pages are full as long as there is more')
    read.push(...(isBackward ? page.keys.toReversed() : page.keys))
    next = page.next
    if (next !== undefined) await between()
  }
  return read
}

const happening = fc.oneof(
  fc.constant({ type: 'nothing' as const }),
  fc.constant({ type: 'add' as const }),
  fc.record({ type: fc.constant('remove' as const), which: fc.nat(50) }),
)

async function holds(
  list: PagedList,
  limit: number,
  happenings: readonly ({ type: 'nothing' | 'add' } | { type: 'remove'; which: number })[],
): Promise<void> {
  while ((await wholeOf(list)).length < 6) await list.add()
  const before = await wholeOf(list)
  assert.deepEqual(await readBy(list, limit, async () => {}), before, 'the pages are the whole, in order')

  const [added, removed] = [new Set<string>(), new Set<string>()]
  const left = [...happenings]
  const read = await readBy(list, limit, async () => {
    const next = left.shift()
    if (next?.type === 'add') {
      const key = await list.add()
      if (key !== undefined) added.add(key)
    } else if (next?.type === 'remove' && list.remove !== undefined) {
      const there = await wholeOf(list)
      const key = there[next.which % there.length]
      if (key === undefined) return
      if (await list.remove(key)) removed.add(key)
    }
  })

  assert.equal(new Set(read).size, read.length, 'nothing is read twice')
  const stayed = before.filter((key) => !removed.has(key))
  assert.deepEqual(
    read.filter((key) => stayed.includes(key)),
    stayed,
    'what was there all the time is read, in its order',
  )
  const after = await wholeOf(list)
  for (const key of added) assert.ok(removed.has(key) || after.includes(key), 'what was added is there')
}

test.serial('every list that has pages is tried', async (t) => {
  const paged = (await routesOf(house.origin)).filter(
    ({ query }) => query.includes('limit') || query.includes('cursor'),
  )

  t.deepEqual(paged.map(({ line }) => line).toSorted(), Object.keys(lists).toSorted())
})

test.serial(
  'whatever the size of a page, and whatever comes and goes meanwhile, nothing is left out and nothing comes twice',
  async (t) => {
    for (const [line, rows] of Object.entries(lists)) {
      for (const list of rows) {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(happening, { maxLength: 6 }), (limit, happenings) =>
            holds(list, limit, happenings),
          ),
          seeded(5),
        )
        t.log(`${line}: ${list.target}`)
      }
    }
    t.pass()
  },
)
