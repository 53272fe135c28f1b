import test from 'ava'
import type { Notification, Page } from '../../web/src/api/types.ts'
import { InboxVisit } from '../../web/src/notifications/inbox-visit.ts'

const one = (place: number, changes: Partial<Notification> = {}): Notification => ({
  ...{ id: `n${place}`, place: String(place), type: 'like', at: '2026-11-21T00:00:00.000Z', isRead: false },
  ...{ actors: { count: 1, latest: [] }, post: '7', comment: null, room: null, excerpt: '' },
  ...changes,
})

/** A server with so many notifications, of which so many are unread, in pages of two. */
function visiting(options: { places: number[]; unread: number }) {
  const told = { unread: [] as number[], read: [] as string[], isDown: false }
  const places = options.places.toSorted((a, b) => b - a)
  const visit = new InboxVisit({
    async list({ cursor }): Promise<Page<Notification> & { unread: number }> {
      if (told.isDown) throw new Error('offline')
      const from = cursor === undefined ? 0 : Number(cursor)
      const items = places.slice(from, from + 2).map((place) => one(place))
      return { items, page: from + 2 < places.length ? { next: String(from + 2) } : {}, unread: options.unread }
    },
    async read(upTo) {
      if (told.isDown) throw new Error('offline')
      told.read.push(upTo)
      return { unread: 0 }
    },
    onUnread: (unread) => void told.unread.push(unread),
  })
  return { visit, told }
}

const placesOf = (items: readonly Notification[]): number[] => items.map(({ place }) => Number(place))

test('what was unread when one came stays marked as new until one leaves, over several pages', async (t) => {
  const { visit, told } = visiting({ places: [1, 2, 3, 4, 5], unread: 3 })

  await visit.more()
  await visit.seen()
  t.deepEqual(placesOf(visit.fresh.value), [5, 4])
  await visit.more()
  await visit.more()

  t.deepEqual(placesOf(visit.fresh.value), [5, 4, 3])
  t.deepEqual(placesOf(visit.earlier.value), [2, 1])
  t.true(visit.isAtEnd.value)
  t.deepEqual(told, { unread: [3, 0], read: ['5'], isDown: false })
})

test('what comes meanwhile is new, and read up to its place once it was seen', async (t) => {
  const { visit, told } = visiting({ places: [1, 2], unread: 0 })
  await visit.more()
  await visit.seen()

  visit.told(one(3))
  await visit.seen()
  await visit.seen()

  t.deepEqual(placesOf(visit.fresh.value), [3])
  t.deepEqual(told.read, ['2', '3'])
})

test('a reading that was not heard is told again', async (t) => {
  const { visit, told } = visiting({ places: [1], unread: 1 })
  await visit.more()

  told.isDown = true
  await visit.seen()
  told.isDown = false
  await visit.seen()

  t.deepEqual(told.read, ['1'])
})

test('nothing is read before it is shown', async (t) => {
  const { visit, told } = visiting({ places: [1], unread: 1 })

  visit.told(one(9))
  await visit.seen()

  t.deepEqual(told.read, [])
})

test('after a gap the first page is read anew, and what has gone stays away', async (t) => {
  const { visit } = visiting({ places: [1, 2, 3], unread: 0 })
  await visit.more()
  visit.gone(['n3'])

  await visit.reload()

  t.deepEqual(placesOf(visit.items.value), [2])
  t.false(visit.isAtEnd.value)
  await visit.more()
  t.deepEqual(placesOf(visit.items.value), [2, 1])
})

test('what is told while a page is being read is not lost with it', async (t) => {
  const { visit } = visiting({ places: [1], unread: 0 })
  await visit.more()

  const reload = visit.reload()
  visit.told(one(2))
  await reload

  t.deepEqual(placesOf(visit.items.value), [2, 1])
})

test('what could not be read is said, and can be tried again', async (t) => {
  const { visit, told } = visiting({ places: [1], unread: 0 })
  told.isDown = true

  await visit.more()

  t.true(visit.problem.value instanceof Error)
  t.false(visit.isOpen.value)
  told.isDown = false
  await visit.more()
  t.deepEqual(placesOf(visit.items.value), [1])
})

test('an inbox that could not be read anew is read anew by the next try, not further down', async (t) => {
  const { visit, told } = visiting({ places: [1, 2], unread: 0 })
  await visit.more()
  t.true(visit.isAtEnd.value)

  told.isDown = true
  await visit.reload()
  t.true(visit.problem.value instanceof Error)
  told.isDown = false
  await visit.more()

  t.is(visit.problem.value, undefined)
  t.deepEqual(placesOf(visit.items.value), [2, 1])
})

test('an inbox is read anew down to where it was read: nobody is thrown back to its first page', async (t) => {
  const { visit } = visiting({ places: [1, 2, 3, 4, 5, 6, 7], unread: 3 })
  await visit.more()
  await visit.more()
  t.deepEqual(placesOf(visit.fresh.value), [7, 6, 5])

  await visit.reload()

  t.deepEqual(placesOf(visit.fresh.value), [7, 6, 5])
  t.deepEqual(placesOf(visit.earlier.value), [4])
  t.false(visit.isAtEnd.value)
})
