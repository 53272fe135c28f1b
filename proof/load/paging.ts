import { z } from 'zod'
import { endingOf } from './door.ts'
import { formatPlace } from './frames.ts'
import type { Place } from './frames.ts'
import { isWorthRepeating } from './outcome.ts'
import { backoffMs, pause } from './patience.ts'
import type { Person } from './person.ts'

export interface Range {
  person: Person
  room: string
  from: Place
  to: Place
  /** False when it is too late: the connection for which it was asked is gone. */
  isWanted: () => boolean
}

const messagePage = z.object({ page: z.object({ after: z.string().optional() }) })

/** Reads a range of a room over HTTP, page after page. Resolves with whether all of it was read. */
export async function pageThrough({ person, room, from, to, isWanted }: Range): Promise<boolean> {
  let after = formatPlace(from)
  for (let failures = 0; isWanted();) {
    const reply = await person.ask({ method: 'GET', path: `/v1/rooms/${room}/messages?after=${after}&limit=100` })
    const page = reply.type === 'answered' ? messagePage.safeParse(reply.body).data?.page : undefined
    if (page !== undefined) {
      if (page.after === undefined || Number(page.after.split(':')[1]) >= to.seq) return true
      after = page.after
    } else if (isWorthRepeating(endingOf(reply))) {
      failures += 1
      await pause(backoffMs(failures))
    } else {
      return false
    }
  }
  return false
}
