import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import { actions, ways } from '../audit/index.ts'
import type { KeptAct } from '../audit/index.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import type { FailedJob, QueueState } from '../platform/queues.ts'

/** What leaves through the routes of admins. */

const instant = z.iso.datetime({ precision: 3 })

export const actView = z.strictObject({
  id: z.string(),
  at: instant,
  action: z.enum(actions),
  by: personView.nullable().describe('Null: nobody with an account'),
  via: z.enum(ways),
  person: personView.nullable().describe('Whom it concerns'),
  room: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  subject: z.string().nullable().describe('What else it was done to, such as `post:12`'),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  requestId: z.string().nullable(),
})

export const queueView = z.strictObject({
  name: z.string(),
  waiting: z.int(),
  active: z.int(),
  delayed: z.int().describe('Waiting for another attempt'),
  failed: z.int().describe('Within a day, at most 1000'),
  isPaused: z.boolean(),
  oldestWaitingAt: instant.nullable().describe('When the job was rung that waits for the longest time'),
})

export const failedJobView = z.strictObject({
  id: z.string(),
  about: z.record(z.string(), z.int()).describe('Ids of what it is about, such as `room`'),
  requestId: z.string().nullable(),
  attempts: z.int(),
  reason: z.string(),
  failedAt: instant,
})

z.globalRegistry.add(actView, { id: 'Act' })
z.globalRegistry.add(queueView, { id: 'Queue' })
z.globalRegistry.add(failedJobView, { id: 'FailedJob' })

export interface ActsAround {
  profiles: ReadonlyMap<AccountId, Profile>
  rooms: ReadonlyMap<RoomId, string>
}

export function presentAct(act: KeptAct, { profiles, rooms }: ActsAround): z.input<typeof actView> {
  const { id, at, action, by, account, room, subject, facts } = act
  return {
    ...{ id: String(id), at: at.toISOString(), action, via: by.via, facts },
    by: by.account === undefined ? null : presentPersonAmong(profiles, by.account),
    person: account === undefined ? null : presentPersonAmong(profiles, account),
    room: room === undefined ? null : { id: String(room), name: rooms.get(room) ?? '' },
    subject: subject ?? null,
    requestId: by.requestId ?? null,
  }
}

export function presentQueue({ oldestWaitingAt, ...state }: QueueState): z.input<typeof queueView> {
  return { ...state, oldestWaitingAt: oldestWaitingAt?.toISOString() ?? null }
}

export function presentFailedJob({ requestId, failedAt, ...job }: FailedJob): z.input<typeof failedJobView> {
  return { ...job, requestId: requestId ?? null, failedAt: failedAt.toISOString() }
}
