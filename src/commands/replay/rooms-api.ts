import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Person } from './people.ts'
import type { Place } from './frames.ts'
import { messagePage } from './frames.ts'
import { pause } from './patience.ts'
import type { SeenEntry } from './room-view.ts'

/** What a mentor and members do with a room over HTTP. */

const opened = z.object({ id: z.string() })

export async function openRoom(mentor: Person, room: { name: string; topic: string; seats: number }): Promise<string> {
  const headers = { 'idempotency-key': randomUUID() }
  return opened.parse(await mentor.call({ method: 'POST', path: '/v1/rooms', body: room, headers })).id
}

export async function takeSeat(person: Person, room: string): Promise<void> {
  await person.call({ method: 'PUT', path: `/v1/rooms/${room}/members/me` })
}

const closing = z.object({ state: z.string(), lastSeq: z.int().optional(), lastError: z.string().nullish() })
export type Closing = z.output<typeof closing>

export async function closeRoom(mentor: Person, room: string): Promise<Closing> {
  return closing.parse(await mentor.call({ method: 'POST', path: `/v1/rooms/${room}/close` }))
}

const finalStates = new Set(['sealed', 'suspect', 'quarantined'])
const pollMs = 100

/** The closing once it is final. Throws when it is not within `withinMs`. */
export async function finalClosing(person: Person, room: string, withinMs: number): Promise<Closing> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const state = closing.parse(await person.call({ method: 'GET', path: `/v1/rooms/${room}/closing` }))
    if (finalStates.has(state.state)) return state
    if (performance.now() > deadline) {
      throw new Error(
        `room ${room}: the closing is still ${state.state} after ${withinMs / 1000} s ${state.lastError ?? ''}`,
      )
    }
    await pause(pollMs)
  }
}

const pageEntries = 100

/** Entries after a place, oldest first, for a client that is too far behind to resume. */
export async function entriesAfter(person: Person, room: string, after: Place): Promise<SeenEntry[]> {
  const path = `/v1/rooms/${room}/messages?after=${after.epoch}:${after.seq}&limit=${pageEntries}`
  const { items } = messagePage.parse(await person.call({ method: 'GET', path }))
  return items.map(({ content, ...item }) => ({ ...item, body: content?.body }))
}

/** The papers of a final room, as bytes to be saved. */
export async function papersOf(
  person: Person,
  room: string,
): Promise<{ receipt: Buffer; transcript: Buffer; keys: Buffer }> {
  const [receipt, transcript, keys] = await Promise.all([
    person.download(`/v1/rooms/${room}/receipt`),
    person.download(`/v1/rooms/${room}/transcript`),
    person.download('/.well-known/jwks.json'),
  ])
  return { receipt, transcript, keys }
}
