import test from 'ava'
import { readToEnd, streetOf } from '../people/street.ts'
import {
  closed,
  comment,
  forget,
  inboxOf,
  like,
  mention,
  nextComment,
  nextPost,
  nextRoom,
  readUpTo,
  tell,
} from './inbox.ts'

const street = streetOf(test)

test('an inbox nobody wrote to is empty, and can be read', async (t) => {
  const alice = await street().moveIn('alice')

  const empty = await alice.ask('GET /v1/notifications')
  const read = await alice.ask('POST /v1/notifications/read', { upTo: '5' })

  t.deepEqual(empty.body, { items: [], page: {}, unread: 0 })
  t.is(read.status, 200)
  t.deepEqual(read.body, { unread: 0 })
  await tell(street(), closed(alice, nextRoom()))
  t.is((await inboxOf(alice)).unread, 1)
})

test('an inbox is read to its end, newest first, while it grows', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  const comments = Array.from({ length: 7 }, () => nextComment())
  for (const id of comments) await tell(street(), comment(bob, alice, nextPost(), id))
  const newestFirst = comments.map(String).toReversed()

  const pages = await readToEnd(alice, '/v1/notifications', 3)
  const first = await alice.ask('GET /v1/notifications?limit=4')
  await tell(street(), comment(bob, alice, nextPost()))
  const { next } = first.body['page'] as { next: string }
  const second = await alice.ask(`GET /v1/notifications?limit=4&cursor=${next}`)

  t.deepEqual(
    pages.map((page) => page.length),
    [3, 3, 1],
  )
  t.deepEqual(
    pages.flat().map((item) => item['comment']),
    newestFirst,
  )
  t.deepEqual(
    [first, second].flatMap(({ body }) => (body['items'] as { comment: string }[]).map((item) => item.comment)),
    newestFirst,
  )
})

test('what is read up to a place is read, what is above it is not, and nothing becomes unread again', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  for (let count = 0; count < 3; count += 1) await tell(street(), comment(bob, alice, nextPost()))
  const { items } = await inboxOf(alice)

  t.is(await readUpTo(alice, items[1]), 1)
  t.deepEqual(
    (await inboxOf(alice)).items.map(({ isRead }) => isRead),
    [false, true, true],
  )
  t.is(await readUpTo(alice, items[2]), 1)
  t.is(await readUpTo(alice, items[0]), 0)
  t.is(await readUpTo(alice, items[0]), 0)
  const told = street().told.filter(({ audience, type }) => audience === alice.id && type === 'notifications.unread')
  t.deepEqual(
    told.map(({ data }) => data['unread']),
    [1, 2, 3, 1, 0],
  )
})

test('what somebody joined after it was looked at stays unread', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const post = nextPost()
  await tell(street(), like(bob!, alice, post))
  const seen = await inboxOf(alice)
  await tell(street(), like(carol!, alice, post))

  t.is(await readUpTo(alice, seen.items[0]), 1)
  t.is((await inboxOf(alice)).items[0]?.isRead, false)
})

test('a place that does not exist yet cannot be read in advance', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  await tell(street(), comment(bob, alice, nextPost()))
  await alice.ask('POST /v1/notifications/read', { upTo: '999999999999' })

  await tell(street(), comment(bob, alice, nextPost()))

  t.is((await inboxOf(alice)).unread, 1)
})

test('a place that is none is refused', async (t) => {
  const alice = await street().moveIn('alice')

  for (const upTo of ['0', '-1', '1.5', 'x', '', 5, null, '99999999999999999']) {
    t.is((await alice.ask('POST /v1/notifications/read', { upTo })).status, 422, String(upTo))
  }
  t.is((await alice.ask('GET /v1/notifications?cursor=x')).status, 422)
})

test("an inbox is its owner's alone", async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  await tell(street(), comment(bob!, alice!, nextPost()))

  await carol!.ask('POST /v1/notifications/read', { upTo: '1' })

  t.is((await inboxOf(alice!)).unread, 1)
  t.deepEqual(await inboxOf(carol!), { items: [], unread: 0 })
})

test('a post takes all that was told of it along, a comment only its own', async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  if (!alice || !bob || !carol) throw new Error('three people moved in')
  const [post, other] = [nextPost(), nextPost()]
  const id = nextComment()
  await tell(street(), comment(bob, alice, post, id), mention(bob, carol, post, id))
  await tell(street(), comment(carol, alice, post), like(bob, alice, post), like(bob, alice, other))
  await readUpTo(alice, (await inboxOf(alice)).items.at(-1))

  await forget(street(), { comment: id })
  t.is((await inboxOf(alice)).unread, 3)
  t.is((await inboxOf(alice)).items.length, 3)
  t.deepEqual(await inboxOf(carol), { items: [], unread: 0 })

  await forget(street(), { post })
  await forget(street(), { post })
  const left = await inboxOf(alice)
  t.is(left.unread, 1)
  t.deepEqual(
    left.items.map(({ post: of }) => of),
    [String(other)],
  )
  const last = street().told.findLast(({ audience, type }) => audience === alice.id && type === 'notification.deleted')
  const ids = last?.data['ids']
  t.is(Array.isArray(ids) ? ids.length : 0, 2)
})

test('who is blocked later is taken out of the inbox on both sides, and the count stays honest', async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  if (!alice || !bob || !carol) throw new Error('three people moved in')
  const post = nextPost()
  await tell(street(), like(bob, alice, post), comment(bob, alice, post))
  await tell(street(), like(carol, alice, post))
  await tell(street(), comment(alice, bob, nextPost()))
  t.is((await inboxOf(alice)).unread, 2)

  await alice.ask(`PUT /v1/people/${bob.username}/block`)

  const mine = await inboxOf(alice)
  t.is(mine.unread, 1)
  t.like(mine.items, [{ type: 'like', actors: { count: 1, latest: [{ username: carol.username }] } }])
  t.deepEqual(await inboxOf(bob), { items: [], unread: 0 })

  await alice.ask(`DELETE /v1/people/${bob.username}/block`)
  t.is((await inboxOf(alice)).unread, 1)
})

test('a mute is for what comes: what has come stays', async (t) => {
  const [alice, bob] = await street().moveInMany('alice', 2)
  await tell(street(), comment(bob!, alice!, nextPost()))

  await alice!.ask(`PUT /v1/people/${bob!.username}/mute`)
  await tell(street(), comment(bob!, alice!, nextPost()))

  const { items, unread } = await inboxOf(alice!)
  t.is(unread, 1)
  t.is(items.length, 1)
})
