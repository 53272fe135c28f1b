import test from 'ava'
import { streetOf } from '../people/street.ts'
import type { Resident } from '../people/street.ts'
import {
  closed,
  comment,
  inboxOf,
  invitation,
  like,
  mention,
  nextComment,
  nextPost,
  nextRoom,
  readUpTo,
  takeBack,
  tell,
} from './inbox.ts'

const street = streetOf(test)

const eventsOf = (who: Resident) =>
  street()
    .told.filter(({ audience }) => audience === who.id)
    .map(({ type, data }) => `${type}${type === 'notifications.unread' ? ` ${String(data['unread'])}` : ''}`)
const usernames = (people: { username: string }[] | undefined) => people?.map(({ username }) => username)

test('likes of one post are one notification: the last three by name, and how many', async (t) => {
  const alice = await street().moveIn('alice')
  const fans = await street().moveInMany('bob', 5)
  const post = nextPost()

  for (const fan of fans) await tell(street(), like(fan, alice, post))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 1)
  t.is(items.length, 1)
  t.like(items[0], {
    type: 'like',
    isRead: false,
    post: String(post),
    comment: null,
    room: null,
    excerpt: '오늘 마당에',
  })
  t.is(items[0]?.actors.count, 5)
  t.deepEqual(usernames(items[0]?.actors.latest), usernames(fans.slice(2).toReversed()))
  t.deepEqual(eventsOf(alice), [
    'notification.created',
    'notifications.unread 1',
    ...Array.from({ length: 4 }, () => 'notification.updated'),
  ])
})

test('the event of a notification carries it as the inbox shows it', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const post = nextPost()
  await tell(street(), like(bob!, alice, post))
  await tell(street(), like(carol!, alice, post))

  const last = street().told.findLast(({ audience }) => audience === alice.id)
  const { items } = await inboxOf(alice)

  t.is(last?.topic, 'notifications')
  t.deepEqual(last?.data['notification'], items[0])
})

test('the same person who likes again is not counted twice', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  const post = nextPost()

  await tell(street(), like(bob, alice, post))
  const before = eventsOf(alice)
  await tell(street(), like(bob, alice, post))
  await tell(street(), like(bob, alice, post), like(bob, alice, post))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 1)
  t.deepEqual(
    items.map(({ actors }) => actors.count),
    [1],
  )
  t.deepEqual(eventsOf(alice), before)
})

test('after the reading a new one begins', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const post = nextPost()
  await tell(street(), like(bob!, alice, post))
  await readUpTo(alice, (await inboxOf(alice)).items[0])

  await tell(street(), like(carol!, alice, post))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 1)
  t.deepEqual(
    items.map(({ isRead }) => isRead),
    [false, true],
  )
  t.deepEqual(
    items.map(({ actors }) => usernames(actors.latest)),
    [[carol!.username], [bob!.username]],
  )
})

test('a like that is taken back leaves, and the last one takes the notification with it', async (t) => {
  const alice = await street().moveIn('alice')
  const fans = await street().moveInMany('bob', 5)
  const post = nextPost()
  for (const fan of fans) await tell(street(), like(fan, alice, post))
  const back = async (fan: Resident | undefined) => {
    await takeBack(street(), { type: 'like', from: fan!.id, to: alice.id, post })
    return inboxOf(alice)
  }

  const four = await back(fans[4])
  const repeated = await back(fans[4])
  t.is(four.items[0]?.actors.count, 4)
  t.deepEqual(usernames(four.items[0]?.actors.latest), usernames(fans.slice(1, 4).toReversed()))
  t.deepEqual(repeated, four)

  for (const fan of fans.slice(1, 4)) await back(fan)
  const none = await back(fans[0])
  t.deepEqual(none, { items: [], unread: 0 })
  t.deepEqual(eventsOf(alice).slice(-2), ['notification.deleted', 'notifications.unread 0'])
  t.is(await street().world.sql('notification_actors').where({ account_id: alice.id }).first(), undefined)
})

test('a like that was read and is taken back leaves too, and nothing unread is lost by it', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const post = nextPost()
  await tell(street(), like(bob!, alice, post))
  await readUpTo(alice, (await inboxOf(alice)).items[0])
  await tell(street(), like(carol!, alice, post))

  await takeBack(street(), { type: 'like', from: bob!.id, to: alice.id, post })

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 1)
  t.deepEqual(
    items.map(({ actors }) => usernames(actors.latest)),
    [[carol!.username]],
  )
})

test('followers are one notification, and who follows no longer leaves it', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  for (const one of [bob!, carol!]) await one.ask(`PUT /v1/people/${alice.username}/follow`)
  const both = await inboxOf(alice)

  await carol!.ask(`DELETE /v1/people/${alice.username}/follow`)
  const one = await inboxOf(alice)

  t.like(both, { unread: 1, items: [{ type: 'follow', post: null, excerpt: null, actors: { count: 2 } }] })
  t.deepEqual(usernames(both.items[0]?.actors.latest), [carol!.username, bob!.username])
  t.deepEqual(usernames(one.items[0]?.actors.latest), [bob!.username])
})

test('invitations to one room are one notification with the name of the room', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const room = nextRoom()

  await tell(street(), invitation(bob!, alice, room))
  await tell(street(), invitation(bob!, alice, room))
  await tell(street(), invitation(carol!, alice, room))

  const { items } = await inboxOf(alice)
  t.is(items.length, 1)
  t.like(items[0], { type: 'invitation', room: { id: String(room), name: '장독대' }, excerpt: null })
  t.is(items[0]?.actors.count, 2)
})

test('an invitation that is taken back goes, whoever asked, read or not', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const [room, other] = [nextRoom(), nextRoom()]
  await tell(street(), invitation(bob!, alice, room))
  await readUpTo(alice, (await inboxOf(alice)).items[0])
  await tell(street(), invitation(carol!, alice, room), invitation(bob!, alice, other))

  await takeBack(street(), { type: 'invitation', to: alice.id, room })
  await takeBack(street(), { type: 'invitation', to: alice.id, room })

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 1)
  t.deepEqual(
    items.map((item) => item.room?.id),
    [String(other)],
  )
})

test('each comment is a notification of its own, once', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol] = await street().moveInMany('bob', 2)
  const post = nextPost()
  const said = comment(bob!, alice, post)

  await tell(street(), said)
  await tell(street(), said)
  await tell(street(), comment(bob!, alice, post))
  await tell(street(), comment(carol!, alice, post))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 3)
  t.deepEqual(
    items.map(({ excerpt }) => excerpt),
    [carol!, bob!, bob!].map(({ username }) => `${username} says`),
  )
  t.is(items[2]?.comment, String(said.comment))
})

test('a mention is said once, also when the text is edited after it was read', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  const post = nextPost()
  const id = nextComment()
  await tell(street(), mention(bob, alice, post), mention(bob, alice, post, id))
  await readUpTo(alice, (await inboxOf(alice)).items[0])

  await tell(street(), mention(bob, alice, post), mention(bob, alice, post, id))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 0)
  t.deepEqual(
    items.map(({ type, comment: of }) => [type, of]),
    [
      ['mention', String(id)],
      ['mention', null],
    ],
  )
})

test('a closed room is said once, however often it is told', async (t) => {
  const alice = await street().moveIn('alice')
  const room = nextRoom()

  await tell(street(), closed(alice, room))
  await readUpTo(alice, (await inboxOf(alice)).items[0])
  await tell(street(), closed(alice, room))

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 0)
  t.is(items.length, 1)
  t.like(items[0], {
    type: 'room_closed',
    room: { id: String(room), name: '장독대' },
    actors: { count: 0, latest: [] },
  })
})

test('of a long text the beginning is kept, cut between two characters', async (t) => {
  const alice = await street().moveIn('alice')
  const bob = await street().moveIn('bob')
  const told = async (excerpt: string) => {
    await tell(street(), { ...comment(bob, alice, nextPost()), excerpt })
    return (await inboxOf(alice)).items[0]?.excerpt
  }

  t.is(await told('🌳'.repeat(140)), '🌳'.repeat(140))
  t.is(await told('🌳'.repeat(141)), `${'🌳'.repeat(139)}…`)
})

test('nobody is told what they did themselves, or what those do whom they muted or are parted from', async (t) => {
  const alice = await street().moveIn('alice')
  const [muted, blocked, blocker, friend] = await street().moveInMany('bob', 4)
  await alice.ask(`PUT /v1/people/${muted!.username}/mute`)
  await alice.ask(`PUT /v1/people/${blocked!.username}/block`)
  await blocker!.ask(`PUT /v1/people/${alice.username}/block`)
  const post = nextPost()

  for (const one of [alice, muted!, blocked!, blocker!, friend!]) {
    await tell(street(), like(one, alice, post), comment(one, alice, post), mention(one, alice, post))
  }

  const { items, unread } = await inboxOf(alice)
  t.is(unread, 3)
  t.deepEqual(
    items.flatMap(({ actors }) => usernames(actors.latest)),
    Array.from({ length: 3 }, () => friend!.username),
  )
})
