import { execFile } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { promisify } from 'node:util'
import { call } from '../accounts/client.ts'
import type { Player } from '../security/cast.ts'
import { pictureForm } from '../security/things.ts'
import type { Parts } from '../security/things.ts'
import type { Site } from '../security/site.ts'
import { eventually } from '../support/eventually.ts'
import { failJob } from '../support/failed-jobs.ts'

/** What no document can know: which values lead to something that is there. Each is made for one question. */
type Bind = (site: Site, player: Player, parts: Parts) => Promise<Record<string, unknown>>

/** Members of a body that name other things, by route; what the matrix names already is not named again. */
export const bodyBindings: Readonly<Record<string, Bind>> = {
  async 'POST /v1/posts'(site, player) {
    return { pictures: [{ media: await picture(site, player), alt: '아침의 마당' }] }
  },
  async 'PATCH /v1/posts/:id'(site, player) {
    return { pictures: [{ media: await picture(site, player), alt: '아침의 마당' }] }
  },
  async 'POST /v1/rooms/:id/messages'(site, player, { id: room = '' }) {
    const body = { id: randomUUIDv7(), body: '어디로 걸을까요?' }
    const asked = await call(site.stack.address, `POST /v1/rooms/${room}/messages`, { token: player.token, body })
    const { epoch, seq } = asked.body
    return { replyTo: `${String(epoch)}:${String(seq)}`, media: [{ id: await picture(site, player), alt: '지도' }] }
  },
  async 'POST /v1/sessions/by-ticket'(site) {
    const { username } = await site.cast.standIn('member')
    const { env } = site.stack.world
    const command = ['src/commands/new-password.ts', username]
    const { stdout } = await promisify(execFile)(process.execPath, command, { env: { ...process.env, ...env } })
    return { ticket: /#(\S+)/.exec(stdout)?.[1] }
  },
  async 'POST /v1/sessions/refresh'(site, player) {
    const body = { username: player.username, password: 'correct horse battery', tokens: 'body' }
    const entered = await call(site.stack.address, 'POST /v1/sessions', { body })
    return { refreshToken: entered.body['refreshToken'] }
  },
}

/** Things that only such a route is about. */
export const partBindings: Readonly<Record<string, (site: Site, player: Player) => Promise<Parts>>> = {
  'POST /v1/admin/closings/:id/retry': quarantinedRoom,
  'PUT /v1/admin/closings/:id/acceptance': quarantinedRoom,
  /** One that nobody has retried yet, for who may. */
  async 'POST /v1/admin/queues/:name/failed/:job/retry'(site, player) {
    const isAdmin = player.username === site.cast.player('admin')?.username
    return { name: 'flush-rooms', job: (isAdmin ? failedJobs.get(site)?.pop() : undefined) ?? 'none' }
  },
  'GET /v1/posts/:id/comments': livelyPost,
  'GET /v1/posts/:id/likes': livelyPost,
  'GET /v1/posts/:id': livelyPost,
  'GET /v1/people/:username': async () => ({ username: 'carol' }),
  'GET /v1/people/:username/posts': async () => ({ username: 'carol' }),
  'GET /v1/people/:username/followers': async () => ({ username: 'carol' }),
  'GET /v1/people/:username/following': async () => ({ username: 'carol' }),
  'PUT /v1/people/:username/follow': stranger,
  'DELETE /v1/people/:username/follow': stranger,
  'PUT /v1/people/:username/block': stranger,
  'DELETE /v1/people/:username/block': stranger,
  'PUT /v1/people/:username/mute': stranger,
  'DELETE /v1/people/:username/mute': stranger,
  'GET /v1/rooms/:id/members': async (site, player) => roomOf(site, player),
  'GET /v1/rooms/:id/messages': async (site, player) => roomOf(site, player),
  async 'GET /v1/rooms/:id/bans'(site, player) {
    const parts = await roomOf(site, player)
    await call(site.stack.address, `PUT /v1/rooms/${parts.id}/bans/carol`, { token: site.cast.player('admin')?.token })
    return parts
  },
  async 'GET /v1/rooms/:id/invitations'(site, player) {
    const parts = await roomOf(site, player)
    const asked = { token: site.cast.player('admin')?.token, body: { username: 'dave' } }
    await call(site.stack.address, `POST /v1/rooms/${parts.id}/invitations`, asked)
    return parts
  },
}

/** A closing that was found to be wrong, and can be led back. */
async function quarantinedRoom({ cast, stack }: Site): Promise<Parts> {
  const { token } = cast.dave
  const origin = stack.address
  const opened = await call(origin, 'POST /v1/rooms', { token, body: { name: '잠긴 방', seats: 2 } })
  const room = String(opened.body['id'])
  await call(origin, `POST /v1/rooms/${room}/messages`, { token, body: { id: randomUUIDv7(), body: '안녕히' } })
  await call(origin, `POST /v1/rooms/${room}/close`, { token })
  await eventually(async () => {
    const { body } = await call(origin, `GET /v1/rooms/${room}/closing`, { token })
    return body['state'] === 'sealed'
  })
  await stack.world
    .sql('end_room')
    .where({ room_id: Number(room) })
    .update({ state: 'quarantined' })
  return { id: room }
}

const failedJobs = new WeakMap<Site, string[]>()

/** Jobs that failed. No worker may listen meanwhile. */
async function failJobs(site: Site): Promise<void> {
  const { stack } = site
  await stack.terminate('worker-1')
  const job = { queue: 'flush-rooms', data: { room: 1 }, reason: 'the disk is full' }
  const ids: string[] = []
  for (let turn = 0; turn < 4; turn += 1) ids.push(await failJob(stack.world.config.REDIS_URL, job))
  failedJobs.set(site, ids)
  await stack.start('worker-1')
}

async function stranger(site: Site): Promise<Parts> {
  const { username } = await site.cast.standIn('member')
  return { username }
}

/** A post of one's own that others like and comment on. */
async function livelyPost(site: Site, player: Player): Promise<Parts> {
  const origin = site.stack.address
  const body = { text: '오늘 저녁 #마당 에서 만나요 @carol', area: '망원동' }
  const { body: post } = await call(origin, 'POST /v1/posts', { token: player.token, body })
  const id = String(post['id'])
  for (const { token } of [site.cast.carol, site.cast.dave]) {
    await call(origin, `PUT /v1/posts/${id}/like`, { token })
    await call(origin, `POST /v1/posts/${id}/comments`, { token, body: { text: '갈게요' } })
  }
  return { id }
}

/** A room in which one sits, and carol too, who has said something. */
async function roomOf(site: Site, player: Player): Promise<{ id: string }> {
  const { id = '' } = await site.things.seat(player, 'own')
  const asked = { token: site.cast.carol.token, body: { id: randomUUIDv7(), body: '어디로 걸을까요?' } }
  await call(site.stack.address, `POST /v1/rooms/${id}/messages`, asked)
  return { id }
}

/** A neighbourhood in which something has happened, so that no list is empty. */
export async function settle(site: Site): Promise<void> {
  const { carol, dave } = site.cast
  const origin = site.stack.address
  await call(origin, 'POST /v1/posts', { token: carol.token, body: { text: '산책 가요 #마당' } })
  for (const role of ['member', 'mentor', 'admin'] as const) {
    const player = site.cast.player(role)
    if (player === undefined) throw new Error(`there is no ${role}`)
    const [blocked, muted] = [await site.cast.standIn('member'), await site.cast.standIn('member')]
    await livelyPost(site, player)
    await roomOf(site, player)
    await call(origin, `PUT /v1/people/${player.username}/follow`, { token: carol.token })
    await call(origin, 'PUT /v1/people/carol/follow', { token: player.token })
    await call(origin, `PUT /v1/people/${blocked.username}/block`, { token: player.token })
    await call(origin, `PUT /v1/people/${muted.username}/mute`, { token: player.token })
  }
  await call(origin, 'PUT /v1/people/carol/follow', { token: dave.token })
  await failJobs(site)
}

async function picture(site: Site, player: Player): Promise<string> {
  const answer = await fetch(`${site.stack.address}/v1/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${player.token}` },
    body: await pictureForm(),
  })
  return ((await answer.json()) as { id: string }).id
}

/** What a parameter of a query needs beside it. */
export const queryBindings: Readonly<Record<string, Record<string, string>>> = {
  'GET /v1/timeline?area': { feed: 'area' },
}
