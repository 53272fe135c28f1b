import type { Mysql } from './mysql.ts'
import type { Outside } from './outside.ts'
import type { Kept, Redis } from './redis.ts'
import type { Scenario } from './scenario.ts'

/** What must be true at every moment, whatever has gone wrong (see the invariants of docs/life-of-a-message.md). Answers what is not. */
export function brokenNow(redis: Redis, mysql: Mysql, outside: Outside): string | undefined {
  return brokenRows(mysql) ?? brokenBuffer(redis, mysql) ?? brokenWord(redis, mysql, outside)
}

function brokenRows({ messages, parked }: Mysql): string | undefined {
  const [first] = parked
  if (first !== undefined) return `${first.id} is kept twice, or not where it was: it had to be parked`
  for (const [index, row] of messages.entries()) {
    if (row.seq !== index + 1) return `the rows have a hole before seq ${row.seq}`
    if (row.epoch < (messages[index - 1]?.epoch ?? 0)) return `seq ${row.seq} goes back to epoch ${row.epoch}`
  }
  return endsWithClosed(messages) ?? isTwice(messages)
}

function endsWithClosed(entries: readonly Kept[]): string | undefined {
  const closed = entries.findIndex(({ kind }) => kind === 'closed')
  const behind = closed === -1 ? undefined : entries[closed + 1]
  return behind === undefined ? undefined : `${behind.id} stands behind *closed*`
}

function isTwice(entries: readonly Kept[]): string | undefined {
  const doubled = entries.find(({ id }, index) => entries.findIndex((other) => other.id === id) !== index)
  return doubled === undefined ? undefined : `${doubled.id} is kept twice`
}

/** Rows and buffer as one sequence, while this Redis speaks for the epoch of the row. */
export function history(redis: Redis, { row, messages }: Mysql): readonly Kept[] {
  const { room } = redis
  const isLive = room !== undefined && room.run === redis.run && room.hold === undefined && room.epoch === row.epoch
  return isLive ? [...messages, ...room.entries.filter(({ seq }) => seq > row.storedSeq)] : messages
}

function brokenBuffer(redis: Redis, mysql: Mysql): string | undefined {
  const { room } = redis
  const { row } = mysql
  const isLive = room !== undefined && room.run === redis.run && room.hold === undefined && room.epoch === row.epoch
  if (isLive && room.base > row.storedSeq) return `seq ${room.base} has left Redis, MySQL has ${row.storedSeq}`
  const entries = history(redis, mysql)
  return endsWithClosed(entries) ?? isTwice(entries)
}

/** What was said to clients. */
function brokenWord(redis: Redis, mysql: Mysql, { lines, acks }: Outside): string | undefined {
  const entries = history(redis, mysql)
  const lie = entries.find(({ id }) => lines[id]?.state === 'refused')
  if (lie !== undefined) return `${lie.id} is kept, its sender heard *closed*`
  for (const ack of acks) {
    const twin = acks.find(({ id, epoch, seq }) => id !== ack.id && epoch === ack.epoch && seq === ack.seq)
    if (twin !== undefined) return `${ack.epoch}:${ack.seq} was given to ${ack.id} and to ${twin.id}`
    if (lines[ack.id]?.isLate === true) return `${ack.id} was said after the closing had been answered, and kept`
  }
  return undefined
}

/** What must be true when the closing is final. */
export function brokenInTheEnd(mysql: Mysql, outside: Outside, sends: Scenario['sends']): string | undefined {
  const { closing, messages } = mysql
  if (closing === undefined || closing.state === 'quarantined') return 'the rows are not what was acknowledged'
  const isSuspect = closing.state === 'suspect'
  if (messages.at(-1)?.kind !== 'closed') return 'the room does not end with *closed*'
  if (isSuspect && outside.losses.length === 0) return 'the room is suspect, and nothing was lost'
  const lost = outside.acks.find((ack) => !isKept(mysql, ack) && !isCovered(mysql, outside, ack))
  if (lost !== undefined)
    return `${lost.id} was acknowledged as ${lost.epoch}:${lost.seq}, is not kept, and the room is ${closing.state}`
  return brokenEnd(mysql, outside.closeAnswer) ?? brokenOrder(messages, sends)
}

const isKept = ({ messages }: Mysql, ack: { id: string; epoch: number; seq: number }): boolean =>
  messages[ack.seq - 1]?.id === ack.id && messages[ack.seq - 1]?.epoch === ack.epoch

/**
 * The receipt names it, or nobody can know: the only server that did died within a second, and the Redis that came back is of the same
 * epoch, only older.
 */
function isCovered({ ends }: Mysql, { losses }: Outside, ack: Outside['acks'][number]): boolean {
  const suspect = ends.find(({ epoch }) => epoch === ack.epoch)?.suspect
  const isNamed = suspect !== undefined && suspect.from <= ack.seq && ack.seq <= suspect.to
  return isNamed || (ack.isUnwitnessed && (losses.includes('rollback') || suspect !== undefined))
}

/** The closing was answered with the end, or its loss is named. */
function brokenEnd({ messages, ends }: Mysql, answer: Outside['closeAnswer']): string | undefined {
  if (answer === undefined) return undefined
  const last = messages.at(-1)
  if (last?.epoch === answer.epoch && last.seq === answer.lastSeq) return undefined
  const suspect = ends.find(({ epoch }) => epoch === answer.epoch)?.suspect
  const isNamed = suspect !== undefined && suspect.from <= answer.lastSeq && answer.lastSeq <= suspect.to
  return isNamed
    ? undefined
    : `the closing was answered with ${answer.epoch}:${answer.lastSeq}, the room ends at ${last?.epoch}:${last?.seq}`
}

/** The lines of one client stand in the order in which it said them. */
function brokenOrder(messages: readonly Kept[], sends: Scenario['sends']): string | undefined {
  for (const { batches } of sends) {
    const seqs = batches.flat().flatMap((id) => messages.filter((row) => row.id === id).map(({ seq }) => seq))
    if (seqs.some((seq, index) => seq < (seqs[index - 1] ?? 0)))
      return `${batches.flat().join(' and ')} have changed places`
  }
  return undefined
}
