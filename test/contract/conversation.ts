import { randomUUIDv7 } from 'node:crypto'
import { call } from '../accounts/client.ts'
import type { Frame } from '../platform/ws/test-socket.ts'
import type { Player } from '../security/cast.ts'
import { pictureForm } from '../security/things.ts'
import type { Site } from '../security/site.ts'
import { ChannelContract } from '../support/channel-contract.ts'
import { eventually } from '../support/eventually.ts'
import { lookAt, openStream } from './listener.ts'
import { Speaker } from './speaker.ts'
import type { Heard } from './speaker.ts'

/** Bounds that this story reaches: how far somebody may be behind in a room, and on the stream. */
export const shortMemories = { RESUME_MAX_ENTRIES: 5, STREAM_RESUME_MAX_EVENTS: 20, FLUSH_AGE_SECONDS: 1 }

export interface Told {
  contract: ChannelContract
  heard: Heard
}

export async function tellersOf({ stack }: Site): Promise<Told> {
  const document: unknown = await (await fetch(`${stack.address}/asyncapi.json`)).json()
  return { contract: new ChannelContract(document as ChannelContract['document']), heard: new Map() }
}

const placeOf = (frame: Frame): string => `${String(frame['epoch'])}:${String(frame['seq'])}`

/** A room from its opening to its end, through Redis’s death: every frame that there is, both ways. */
export async function converse(site: Site, told: Told): Promise<void> {
  const { dave, carol } = site.cast
  const { address } = site.stack
  const room = await made(site, dave, 'POST /v1/rooms', { name: '저녁 산책', topic: '어디로 걸을까요', seats: 5 })
  await done(site, carol, `PUT /v1/rooms/${room}/members/me`)
  const keeper = await Speaker.enter(address, dave, told)
  const guest = await Speaker.enter(address, carol, told)
  const everybody = [keeper, guest]
  const begin = { room, epoch: 1, after: 0 }
  for (const speaker of everybody) await speaker.ask('subscribe', begin)
  await keeper.hears('presence')

  const first = await speak(site, { keeper, guest, dave }, room)
  const other = await Speaker.enter(address, carol, told)
  everybody.push(other)
  await other.ask('subscribe', begin)
  await other.hears('gap')
  await guest.ask('read', { room, epoch: first['epoch'], seq: first['seq'] })
  await other.hears('read')

  await loseRedis(site, keeper, room)
  await guest.hears('epoch')
  await guest.ask('unsubscribe', { room })
  await done(site, dave, `DELETE /v1/rooms/${room}/members/${carol.username}`)
  await other.hears('unsubscribed')
  await done(site, dave, `POST /v1/rooms/${room}/close`)
  await keeper.hears('stored')
  await keeper.hears('closed')
  const late = await keeper.ask('send', { room, id: randomUUIDv7(), replyTo: undefined, media: undefined })
  if (late['code'] !== 'room_closed') throw new Error(`a room that is closed answered ${JSON.stringify(late)}`)
  for (const speaker of everybody) {
    speaker.look()
    await speaker.socket.close()
  }
}

interface Speakers {
  keeper: Speaker
  guest: Speaker
  dave: Player
}

/** All that can be said in a room. Answers the place of the first message. */
async function speak(site: Site, { keeper, guest, dave }: Speakers, room: string): Promise<Frame> {
  const plain = { room, replyTo: undefined, media: undefined }
  const first = await keeper.ask('send', { ...plain, id: randomUUIDv7() })
  const media = [{ id: await picture(site, dave), alt: '지도' }]
  const rich = await keeper.ask('send', { room, id: randomUUIDv7(), replyTo: placeOf(first), media })
  await keeper.ask('edit', { room, id: randomUUIDv7(), target: placeOf(first) })
  for (const action of ['add', 'remove']) {
    await guest.ask('react', { room, id: randomUUIDv7(), target: placeOf(first), action })
  }
  await keeper.ask('delete', { room, id: randomUUIDv7(), target: placeOf(rich) })
  for (let turn = 0; turn < shortMemories.RESUME_MAX_ENTRIES; turn += 1) {
    await guest.ask('send', { ...plain, id: randomUUIDv7() })
  }
  guest.say('typing', { room, ref: undefined })
  await keeper.hears('typing')
  await guest.ask('ping', {})
  return first
}

/** Redis dies and comes back: the room begins a new epoch with what is said next. */
async function loseRedis({ stack }: Site, keeper: Speaker, room: string): Promise<void> {
  await stack.kill('redis')
  await stack.start('redis')
  const frame = { room, id: randomUUIDv7(), replyTo: undefined, media: undefined }
  await eventually(async () => (await keeper.ask('send', frame)).type === 'ack')
}

/** Everything that the stream tells, to one person who listens. */
export async function happen(site: Site, told: Told): Promise<void> {
  const { alice, carol, dave } = site.cast
  const reader = await openStream(site.stack.address, alice)
  await reader.event('ready')
  // Each is waited for before it is taken back: a stream that has not caught up with its server is told nothing of what is not so any more.
  const post = await made(site, alice, 'POST /v1/posts', { text: '오늘 저녁 #마당 에서 만나요' })
  await reader.event('post.created')
  await done(site, alice, `PATCH /v1/posts/${post}`, { text: '내일 저녁 #마당 에서 만나요' })
  await reader.event('post.updated')
  const comment = await made(site, carol, `POST /v1/posts/${post}/comments`, { text: '갈게요' })
  await reader.event('comment.created')
  await done(site, carol, `PATCH /v1/comments/${comment}`, { text: '꼭 갈게요' })
  await reader.event('comment.updated')
  for (const person of [carol, dave]) await done(site, person, `PUT /v1/posts/${post}/like`)
  for (const name of ['likes.changed', 'notification.created', 'notification.updated']) await reader.event(name)
  for (const person of [carol, dave]) await done(site, person, `DELETE /v1/posts/${post}/like`)
  await done(site, carol, `DELETE /v1/comments/${comment}`)
  await done(site, alice, `DELETE /v1/posts/${post}`)
  const room = await made(site, dave, 'POST /v1/rooms', { name: '저녁 산책', topic: '', seats: 5 })
  await reader.event('room.opened')
  await done(site, dave, `PATCH /v1/rooms/${room}`, { topic: '어디로 걸을까요' })
  await reader.event('room.updated')
  await done(site, dave, `POST /v1/rooms/${room}/close`)
  await eventually(() => reader.events.some(({ event, data }) => event === 'room.closed' && data.includes('"closed"')))
  for (const key of told.contract.keys.filter(isHeardOnce)) await reader.event(key.slice('stream.'.length))
  const late = await openStream(site.stack.address, alice, '1')
  await late.event('gap')
  for (const one of [reader, late]) {
    lookAt(one, told)
    one.leave()
  }
}

const isHeardOnce = (key: string): boolean => key.startsWith('stream.') && key !== 'stream.gap'

async function made(site: Site, who: Player, line: string, body: unknown): Promise<string> {
  return String((await done(site, who, line, body))['id'])
}

async function done(site: Site, who: Player, line: string, body?: unknown): Promise<Record<string, unknown>> {
  const options = { token: who.token, ...(body === undefined ? {} : { body }) }
  const reply = await call(site.stack.address, line, options)
  if (reply.status >= 300) throw new Error(`${line}: ${JSON.stringify(reply.body)}`)
  return reply.body
}

async function picture(site: Site, { token }: Player): Promise<string> {
  const answer = await fetch(`${site.stack.address}/v1/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: await pictureForm(),
  })
  return ((await answer.json()) as { id: string }).id
}
