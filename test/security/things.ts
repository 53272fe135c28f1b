import { randomUUIDv7 } from 'node:crypto'
import { upright } from '../media/pictures.ts'
import { call } from '../accounts/client.ts'
import { eventually } from '../support/eventually.ts'
import type { Cast, Player } from './cast.ts'

/** What a route is about. */
export type Kind = keyof ReturnType<typeof thingsOf>
/** The named parts of a path. */
export type Parts = Record<string, string>
type Make = (asker: Player, whose: 'own' | 'others') => Promise<Parts>

export const missing: Parts = { id: '999999999', username: 'nobody_is_here' }
export const missingSession: Parts = { id: '00000000-0000-4000-8000-000000000000' }

/** Things that belong to the asker, or to somebody else, made anew for each question. */
export function thingsOf(cast: Cast) {
  const { origin, alice, carol, dave } = cast
  const made = async (who: Player, line: string, body: unknown): Promise<string> => {
    const reply = await call(origin, line, { token: who.token, body })
    if (reply.status !== 201) throw new Error(`${line}: ${JSON.stringify(reply.body)}`)
    return String(reply.body['id'])
  }
  const openBy = (who: Player): Promise<string> => made(who, 'POST /v1/rooms', { name: '마당', seats: 5 })
  const seat = (who: Player, room: string) => call(origin, `PUT /v1/rooms/${room}/members/me`, { token: who.token })
  const keepsRooms = (who: Player): boolean => ['mina', 'ada', 'grace'].includes(who.username)
  const post = (who: Player): Promise<string> => made(who, 'POST /v1/posts', { text: '안녕하세요' })
  const comment = (who: Player, on: string): Promise<string> =>
    made(who, `POST /v1/posts/${on}/comments`, { text: '반가워요' })

  /** Own: opened by the asker where they may, else one in which they sit. Another's: one of alice's. */
  const room: Make = async (asker, whose) => {
    if (whose === 'others') return { id: await openBy(alice) }
    if (keepsRooms(asker)) return { id: await openBy(asker) }
    const id = await openBy(dave)
    await seat(asker, id)
    return { id }
  }
  const closed = new Map<string, Promise<Parts>>()
  const things = {
    room,
    /** A room in which carol sits. */
    async seat(asker, whose) {
      const { id } = (await room(asker, whose)) as { id: string }
      await seat(carol, id)
      return { id, username: carol.username }
    },
    /** A room that is closed for good, with somebody's words in it. */
    async closedRoom(asker, whose) {
      const key = whose === 'own' ? asker.username : 'alice'
      const close = async (): Promise<Parts> => {
        const { id } = (await room(asker, whose)) as { id: string }
        const keeper = whose === 'others' ? alice : keepsRooms(asker) ? asker : dave
        await made(keeper, `POST /v1/rooms/${id}/messages`, { id: randomUUIDv7(), body: '안녕히' }).catch(
          () => undefined,
        )
        await call(origin, `POST /v1/rooms/${id}/close`, { token: keeper.token })
        await eventually(async () => {
          const { body } = await call(origin, `GET /v1/rooms/${id}/closing`, { token: keeper.token })
          return body['state'] === 'sealed'
        })
        return { id }
      }
      const parts = closed.get(key) ?? close()
      closed.set(key, parts)
      return parts
    },
    post: async (asker, whose) => ({ id: await post(whose === 'own' ? asker : alice) }),
    comment: async (asker, whose) =>
      whose === 'own'
        ? { id: await comment(asker, await post(dave)) }
        : { id: await comment(alice, await post(alice)) },
    /** A picture whose files are made. */
    async picture(asker, whose) {
      const { token } = whose === 'own' ? asker : alice
      const answer = await fetch(`${origin}/v1/media`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: await pictureForm(),
      })
      const { id } = (await answer.json()) as { id: string }
      await eventually(async () => (await call(origin, `GET /v1/media/${id}`, { token })).body['state'] === 'ready')
      return { id }
    },
    /** Another person: for those who are blocked the one who blocked them. */
    person: async (asker, whose) => ({
      username:
        whose === 'own'
          ? asker.username
          : ['frank', 'grace'].includes(asker.username)
            ? alice.username
            : carol.username,
    }),
    async session(asker, whose) {
      const { token } = await cast.again(whose === 'own' ? asker : alice)
      const { body } = await call(origin, 'GET /v1/sessions', { token })
      const current = (body['items'] as { id: string; isCurrent: boolean }[]).find((session) => session.isCurrent)
      return { id: current?.id ?? '' }
    },
    file: async () => ({ file: 'page.css' }),
    part: async () => ({ file: 'chat.json' }),
    /** Nothing has failed in it. */
    queue: async () => ({ name: 'flush-rooms', job: 'none' }),
  } satisfies Record<string, Make>
  return things
}

/** An upload as a browser sends it. */
export async function pictureForm(): Promise<FormData> {
  const form = new FormData()
  form.set('file', new Blob([await upright(24, 16).png().toBuffer()], { type: 'image/png' }), 'yard.png')
  return form
}
