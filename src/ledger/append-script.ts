import type { RoomId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { Script } from '../platform/script.ts'
import { encodeEntry } from './entry.ts'
import type { MembershipChange, NewEntry, Place } from './entry.ts'
import { keys, lua } from './keys.ts'

const script = new Script([lua('meta'), lua('chain'), lua('append')])

/** Nothing was decided: MySQL has to say what is true first (see epochs.ts). */
export type Undecided = { type: 'absent' } | { type: 'stale' }

/** A client whose clock is off by more than this is told so; ids are compared with this much of slack. */
export const skewMs = 120_000

export interface AppendLimits {
  maxEntries: number
  maxBytes: number
  sentMaxIds: number
  sentMaxMs: number
  /** True while Redis as a whole is too full: what people send is refused, but a repeat still hears its first place. */
  isOverBudget: boolean
}

/** An entry on its way, and the token under which its id was looked up in MySQL without being found. */
export interface Candidate {
  entry: NewEntry
  lookedUp: string | undefined
}

export type AppendAnswer =
  | { type: 'kept'; place: Place; at: number }
  | { type: 'duplicate'; place: Place; at: number }
  | { type: 'closed' }
  | { type: 'bad_id' }
  | { type: 'forbidden' }
  | { type: 'muted' }
  | { type: 'early'; retryMs: number }
  | { type: 'full' }
  /** This entry and all behind it: look the ids up in MySQL, then append them again under the token. */
  | { type: 'lookup' }

export interface AppendReply {
  type: 'ok'
  head: Place
  buffered: number
  bufferedBytes: number
  /** Of these, what this batch has brought. */
  addedBytes: number
  token: string
  answers: AppendAnswer[]
}

/** Puts a batch at the end of the room; see append.lua. At most 500 entries. */
export async function append(
  redis: Redis,
  room: RoomId,
  batch: readonly Candidate[],
  limits: AppendLimits,
): Promise<AppendReply | Undecided> {
  const reply = await script.run(
    redis,
    [
      ...[keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room), keys.dirty(room)],
      ...[keys.live(room), keys.turns(room)],
    ],
    [
      ...[room, limits.maxEntries, limits.maxBytes, limits.sentMaxIds, limits.sentMaxMs, skewMs],
      limits.isOverBudget ? 1 : 0,
      ...batch.flatMap(appendArguments),
    ],
  )
  const [status, epoch, head, at, buffered, bufferedBytes, addedBytes, token, answers] = reply as AppendWire
  if (status !== 'ok') return { type: status }
  return {
    type: 'ok',
    head: { epoch: Number(epoch), seq: Number(head) },
    buffered: Number(buffered),
    bufferedBytes: Number(bufferedBytes),
    addedBytes: Number(addedBytes),
    token,
    answers: answers.map((answer) =>
      typeof answer === 'number'
        ? { type: 'kept', place: { epoch: Number(epoch), seq: answer }, at: Number(at) }
        : parseAnswer(answer),
    ),
  }
}

export type Status = 'ok' | 'absent' | 'stale'
type AppendWire = [Status, string, string, string, string, string, string, string, (string | number)[]]

/** Four for each entry, as the head of append.lua has them. */
function appendArguments({ entry, lookedUp = '' }: Candidate): (string | Buffer)[] {
  const { sender, id, membership, rules, takes = '' } = entry
  const change = membership === undefined ? '' : `${membership.account}:${encodeMember(membership)}`
  const rule = rules === undefined ? '' : `${rules.version}:${rules.speak}:${rules.paceMs}`
  const { chained, form } = encodeEntry(entry)
  return [`${sender}:${id}`, `${lookedUp}|${takes}|${change}|${rule}`, chained, form]
}

/** A member as Redis remembers them: version, and 0 for out, 1 for in, 2 for in and with the word. */
export function encodeMember({ version, isIn, hasWord }: MembershipChange): string {
  return `${version}:${isIn ? (hasWord === true ? 2 : 1) : 0}`
}

function parseAnswer(answer: string): AppendAnswer {
  const [type, first, second, third] = answer.split(':')
  switch (type) {
    case 'dup':
      return { type: 'duplicate', place: { epoch: Number(first), seq: Number(second) }, at: Number(third) }
    case 'early':
      return { type, retryMs: Number(first) }
    case 'closed':
    case 'bad_id':
    case 'forbidden':
    case 'muted':
    case 'full':
    case 'lookup':
      return { type }
    default:
      throw new Error(`append answered ${answer}`)
  }
}
