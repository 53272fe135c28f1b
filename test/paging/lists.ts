import { randomUUIDv7 } from 'node:crypto'
import { Neighbour } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { failJob } from '../support/failed-jobs.ts'
import type { World } from '../support/world.ts'

type Json = Record<string, unknown>

/** A list that grows and shrinks while it is read. */
export interface PagedList {
  /** Path and query without `limit`. */
  target: string
  reader: Neighbour
  /** What an item is told from others by. */
  key: (item: Json) => string
  /** Adds one, and answers its key; undefined when there is nobody left to add. */
  add: () => Promise<string | undefined>
  /** Undefined where nothing ever leaves. False where this one stays: another list needs it, or it is somebody else's. */
  remove?: (key: string) => Promise<boolean>
  /** Where the next page begins, as a query; by `page.next` unless it is told otherwise. */
  next?: (page: Json) => string | undefined
}

const idOf = (item: Json): string => String(item['id'])
const usernameOf = (item: Json): string => String(item['username'])
const personIn = (item: Json): string => usernameOf(item['person'] as Json)

/** Every list by the line of its route: one row for each way in which it is ordered or chosen. */
export async function pagedLists(world: World, house: House): Promise<Record<string, PagedList[]>> {
  const enter = (name: string, role?: string): Promise<Neighbour> => Neighbour.moveIn(world, house, name, role)
  const alice = await enter('alice', 'mentor')
  const bob = await enter('bob')
  const ada = await enter('ada', 'admin')
  const [dora, eve, frank] = [await enter('dora'), await enter('eve'), await enter('frank')]
  const crowd: Neighbour[] = []
  for (let number = 0; number < 14; number += 1) crowd.push(await enter('somebody'))

  const must = async (who: Neighbour, line: string, body?: unknown): Promise<Json> => {
    const reply = await who.ask(house, line, body)
    if (reply.status >= 300) throw new Error(`${line}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }
  const made = async (who: Neighbour, line: string, body: unknown): Promise<string> => idOf(await must(who, line, body))
  const open = (): Promise<string> => alice.opens(house, { seats: 50 })
  const post = (text = '안녕하세요', more: Json = {}): Promise<string> => made(bob, 'POST /v1/posts', { text, ...more })

  /** Of people: each is on the list or not, and is put there and taken off by one call. */
  const ofPeople = (
    target: string,
    reader: Neighbour,
    calls: { on: (who: Neighbour) => Promise<unknown>; off: (who: Neighbour) => Promise<unknown> },
    key = usernameOf,
  ): PagedList => {
    const off = [...crowd]
    return {
      ...{ target, reader, key },
      async add() {
        const who = off.shift()
        if (who !== undefined) await calls.on(who)
        return who?.username
      },
      async remove(username) {
        const who = crowd.find((each) => each.username === username)
        if (who === undefined) return false
        await calls.off(who)
        off.push(who)
        return true
      },
    }
  }
  const toggled = (
    target: string,
    reader: Neighbour,
    path: (who: Neighbour) => string,
    by?: Neighbour,
    key = usernameOf,
  ) =>
    ofPeople(
      target,
      reader,
      {
        on: (who) => must(by ?? who, `PUT ${path(who)}`),
        off: (who) => must(by ?? who, `DELETE ${path(who)}`),
      },
      key,
    )

  /** Of people who are found: whom a block keeps from the reader is not. */
  const unblockedFor = (reader: Neighbour, target: string): PagedList =>
    ofPeople(target, reader, {
      on: (who) => must(reader, `DELETE /v1/people/${who.username}/block`),
      off: (who) => must(reader, `PUT /v1/people/${who.username}/block`),
    })
  for (const who of crowd) {
    await must(who, 'PATCH /v1/me', { displayName: `마당쇠 ${who.username}` })
    for (const reader of [eve, frank]) await must(reader, `PUT /v1/people/${who.username}/block`)
  }

  const posted = new Set<string>()
  const ofPosts = (target: string, reader: Neighbour): PagedList => ({
    ...{ target, reader, key: idOf },
    async add() {
      const id = await post('#마당 여기', { area: '연남동' })
      posted.add(id)
      return id
    },
    async remove(id) {
      if (posted.has(id)) await must(bob, `DELETE /v1/posts/${id}`)
      return posted.has(id)
    },
  })
  const commentsOn = (target: string, on: string): PagedList => ({
    ...{ target, reader: alice, key: idOf },
    add: () => made(bob, `POST /v1/posts/${on}/comments`, { text: '반가워요' }),
    async remove(id) {
      await must(bob, `DELETE /v1/comments/${id}`)
      return true
    },
  })
  const messagesIn = (room: string, from: string, direction: 'before' | 'after'): PagedList => ({
    ...{ target: `/v1/rooms/${room}/messages${from}`, reader: alice, key: idOf },
    async add() {
      const id = randomUUIDv7()
      await must(alice, `POST /v1/rooms/${room}/messages`, { id, body: 'hello' })
      return id
    },
    next: (page) => (page[direction] === undefined ? undefined : `${direction}=${String(page[direction])}`),
  })

  const [members, invitations, bans, said, heard, changed, faulty] = [
    await open(),
    await open(),
    await open(),
    await open(),
    await open(),
    await open(),
    await open(),
  ]
  const [liked, discussed, told] = [await post(), await post(), await made(alice, 'POST /v1/posts', { text: '마당' })]
  await must(alice, `PUT /v1/people/${bob.username}/follow`)
  const rooms: string[] = []
  for (let number = 0; number < 14; number += 1) rooms.push(await open())
  /** Rooms that may be closed: the others are used by other lists. */
  const passing = new Set<string>()
  const commentOf = new Map<string, string>()
  await must(alice, `POST /v1/rooms/${faulty}/close`)
  /** Beyond every row of that room. */
  let parked = 1000

  return {
    'GET /v1/rooms': [
      {
        ...{ target: '/v1/rooms', reader: alice, key: idOf },
        async add() {
          const room = await open()
          passing.add(room)
          return room
        },
        async remove(id) {
          if (passing.has(id)) await must(alice, `POST /v1/rooms/${id}/close`)
          return passing.has(id)
        },
      },
    ],
    'GET /v1/me/rooms': [
      {
        ...{ target: '/v1/me/rooms', reader: bob, key: idOf },
        async add() {
          const room = rooms.shift()
          if (room !== undefined) await bob.joins(house, room)
          return room
        },
        async remove(id) {
          await must(bob, `DELETE /v1/rooms/${id}/members/me`)
          rooms.push(id)
          return true
        },
      },
    ],
    'GET /v1/admin/people': [
      {
        ...{ target: '/v1/admin/people?role=mentor', reader: ada, key: usernameOf },
        async add() {
          return (await enter('mentor', 'mentor')).username
        },
        async remove(username) {
          if (username === alice.username) return false
          await must(ada, `PUT /v1/admin/people/${username}/role`, { role: 'member' })
          return true
        },
      },
    ],
    'GET /v1/admin/closings': [
      {
        ...{ target: '/v1/admin/closings', reader: ada, key: (item: Json) => String(item['room']) },
        async add() {
          const room = await open()
          await must(alice, `POST /v1/rooms/${room}/close`)
          return room
        },
      },
    ],
    'GET /v1/admin/closings/:id/findings': [
      {
        ...{ target: `/v1/admin/closings/${faulty}/findings`, reader: ada, key: (item: Json) => String(item['seq']) },
        async add() {
          const seq = (parked += 1)
          await world.sql('ledger_parked').insert({
            ...{ room_id: faulty, epoch: 1, seq, at: 0, sender_id: alice.account, entry_id: String(seq) },
            ...{ kind: 'text', hash: '0'.repeat(64), payload: '{}', reason: 'of the test' },
          })
          return String(seq)
        },
        async remove(seq) {
          return (await world.sql('ledger_parked').where({ room_id: faulty, seq }).delete()) === 1
        },
      },
    ],
    'GET /v1/admin/queues/:name/failed': [
      {
        ...{ target: '/v1/admin/queues/render-pictures/failed', reader: ada, key: idOf },
        add: () =>
          failJob(world.config.REDIS_URL, { queue: 'render-pictures', data: { picture: 1 }, reason: 'of the test' }),
      },
    ],
    'GET /v1/admin/audit': [
      {
        ...{ target: `/v1/admin/audit?room=${changed}`, reader: ada, key: idOf },
        async add() {
          await must(ada, `PATCH /v1/rooms/${changed}`, { topic: randomUUIDv7() })
          const [newest] = (await must(ada, `GET /v1/admin/audit?room=${changed}&limit=1`))['items'] as Json[]
          return idOf(newest!)
        },
      },
    ],
    'GET /v1/rooms/:id/members': [
      toggled(`/v1/rooms/${members}/members`, alice, () => `/v1/rooms/${members}/members/me`),
    ],
    'GET /v1/rooms/:id/bans': [
      toggled(`/v1/rooms/${bans}/bans`, alice, (who) => `/v1/rooms/${bans}/bans/${who.username}`, alice),
    ],
    'GET /v1/rooms/:id/invitations': [
      ofPeople(`/v1/rooms/${invitations}/invitations`, alice, {
        on: (who) => must(alice, `POST /v1/rooms/${invitations}/invitations`, { username: who.username }),
        off: (who) => must(alice, `DELETE /v1/rooms/${invitations}/invitations/${who.username}`),
      }),
    ],
    'GET /v1/rooms/:id/messages': [messagesIn(said, '', 'before'), messagesIn(heard, '?after=0:0', 'after')],
    'GET /v1/notifications': [
      {
        ...{ target: '/v1/notifications', reader: alice, key: idOf },
        async add() {
          const comment = await made(bob, `POST /v1/posts/${told}/comments`, { text: '반가워요' })
          const [newest] = (await must(alice, 'GET /v1/notifications?limit=1'))['items'] as Json[]
          commentOf.set(idOf(newest!), comment)
          return idOf(newest!)
        },
        async remove(id) {
          await must(bob, `DELETE /v1/comments/${commentOf.get(id)}`)
          return true
        },
      },
    ],
    'GET /v1/posts/:id/comments': [
      commentsOn(`/v1/posts/${discussed}/comments`, discussed),
      commentsOn(`/v1/posts/${discussed}/comments?order=newest`, discussed),
    ],
    'GET /v1/posts/:id/likes': [
      toggled(`/v1/posts/${liked}/likes`, alice, () => `/v1/posts/${liked}/like`, undefined, personIn),
    ],
    'GET /v1/timeline': [
      'feed=all',
      'feed=all&tag=%EB%A7%88%EB%8B%B9',
      'feed=following',
      `feed=area&area=${encodeURIComponent('연남동')}`,
    ].map((query) => ofPosts(`/v1/timeline?${query}`, alice)),
    'GET /v1/people': [
      toggled('/v1/people', dora, (who) => `/v1/people/${who.username}/follow`, dora),
      unblockedFor(eve, '/v1/people?q=somebody'),
      unblockedFor(frank, `/v1/people?q=${encodeURIComponent('마당쇠')}`),
    ],
    'GET /v1/people/:username/posts': [ofPosts(`/v1/people/${bob.username}/posts`, alice)],
    'GET /v1/people/:username/followers': [
      toggled(`/v1/people/${ada.username}/followers`, alice, () => `/v1/people/${ada.username}/follow`),
    ],
    'GET /v1/people/:username/following': [
      toggled(`/v1/people/${bob.username}/following`, alice, (who) => `/v1/people/${who.username}/follow`, bob),
    ],
    'GET /v1/me/blocks': [toggled('/v1/me/blocks', ada, (who) => `/v1/people/${who.username}/block`, ada)],
    'GET /v1/me/mutes': [toggled('/v1/me/mutes', bob, (who) => `/v1/people/${who.username}/mute`, bob)],
  }
}
