import { randomUUIDv7 } from 'node:crypto'
import { call } from '../accounts/client.ts'
import type { Player } from '../security/cast.ts'
import { pictureForm } from '../security/things.ts'
import type { Parts } from '../security/things.ts'
import type { Site } from '../security/site.ts'
import { eventually } from '../support/eventually.ts'

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
  async 'POST /v1/sessions/refresh'(site, player) {
    const body = { username: player.username, password: 'correct horse battery', tokens: 'body' }
    const entered = await call(site.stack.address, 'POST /v1/sessions', { body })
    return { refreshToken: entered.body['refreshToken'] }
  },
}

/** Things that only such a route is about. */
export const partBindings: Readonly<Record<string, (site: Site, player: Player) => Promise<Parts>>> = {
  /** A closing that was found to be wrong, and can be led back. */
  async 'POST /v1/admin/closings/:id/retry'(site) {
    const { dave } = site.cast
    const origin = site.stack.address
    const opened = await call(origin, 'POST /v1/rooms', { token: dave.token, body: { name: '잠긴 방', seats: 2 } })
    const room = String(opened.body['id'])
    const said = { id: randomUUIDv7(), body: '안녕히' }
    await call(origin, `POST /v1/rooms/${room}/messages`, { token: dave.token, body: said })
    await call(origin, `POST /v1/rooms/${room}/close`, { token: dave.token })
    await eventually(async () => {
      const closing = await call(origin, `GET /v1/rooms/${room}/closing`, { token: dave.token })
      return closing.body['state'] === 'sealed'
    })
    await site.stack.world
      .sql('end_room')
      .where({ room_id: Number(room) })
      .update({ state: 'quarantined' })
    return { id: room }
  },
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
