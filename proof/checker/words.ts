import type { Close, Heard, Like, Line, Post, Seat, Send, Upload } from '../history/line.ts'
import type { Ending, KeptRow } from './contract.ts'

const longestBody = 60

/** A line of the history as a person reads it: when, who, what, and how it ended. */
export function sayLine(line: Line): string {
  switch (line.what) {
    case 'send':
    case 'close':
    case 'join':
    case 'leave':
    case 'kick':
    case 'post':
    case 'comment':
    case 'upload':
    case 'like':
    case 'unlike':
      return `${seconds(line.began)}…${line.ended === undefined ? 'never' : seconds(line.ended)} ${line.by} (${line.client}) ${sayCall(line)} → ${sayOutcome(line)}`
    case 'heard':
      return `${seconds(line.at)} ${line.session} heard ${sayHeard(line)}`
    case 'fault':
    case 'healed':
    case 'log':
      return `${seconds(line.at)} ${line.what} ${line.name}: ${line.detail}`
    default: {
      const { at, session, what, ...rest } = line
      return `${seconds(at)} ${session} ${what} ${JSON.stringify(rest)}`
    }
  }
}

function sayCall(line: Send | Close | Seat | Post | Upload | Like): string {
  switch (line.what) {
    case 'send':
      return `${line.kind} ${quote(line.body)} id ${line.id}`
    case 'close':
      return `close room ${line.room}`
    case 'join':
    case 'leave':
    case 'kick':
      return `${line.what} ${line.member}`
    case 'post':
    case 'comment':
      return `${line.what} ${quote(line.text)} key ${line.key}`
    case 'upload':
      return `upload key ${line.key}`
    case 'like':
    case 'unlike':
      return `${line.what} post ${line.post}`
    default:
      return line satisfies never
  }
}

function sayOutcome(line: Send | Close | Seat | Post | Upload | Like): string {
  const code = line.code === undefined ? '' : ` ${line.code}`
  const duplicate = line.what === 'send' && line.isDuplicate === true ? ' again' : ''
  if (line.what === 'send' && line.seq !== undefined)
    return `${line.outcome} ${line.epoch}:${line.seq}${duplicate}${code}`
  if (line.what === 'close' && line.lastSeq !== undefined) return `${line.outcome} ${line.epoch}:${line.lastSeq}${code}`
  if ('id' in line && line.id !== undefined && line.what !== 'send') return `${line.outcome} id ${line.id}${code}`
  return `${line.outcome}${code}`
}

function sayHeard({ epoch, seq, kind, from, body, id }: Heard): string {
  return `${epoch}:${seq} ${kind} of ${from ?? 'the room'} ${quote(body)} id ${id}`
}

export function sayRow({ epoch, seq, kind, from, id, body, isParked, isBuffered }: KeptRow): string {
  const where = isParked ? 'parked row' : isBuffered === true ? 'buffered' : 'row'
  return `${where} ${epoch}:${seq} ${kind} of ${from ?? 'the room'} ${quote(body)} id ${id}`
}

export function sayEnding(ending: Ending | undefined): string {
  if (ending === undefined) return 'no ledger of this room was read'
  const epochs = ending.epochs.map(({ epoch, firstSeq, lastSeq, cause, suspect }) => {
    const range = suspect === undefined ? '' : ` suspect ${suspect.from}…${suspect.to}`
    return `${epoch} (${firstSeq}…${lastSeq} ${cause}${range})`
  })
  return `room ${ending.room} is ${ending.state}, last seq ${ending.lastSeq ?? 'none'}, epochs ${epochs.join(', ') || 'none'}`
}

/** Long texts are cut: the id says which one it is. */
export function quote(text: string | undefined): string {
  if (text === undefined) return '-'
  return JSON.stringify(text.length > longestBody ? `${text.slice(0, longestBody)}…` : text)
}

/** Seconds of the host's monotonic clock. */
function seconds(micros: number): string {
  return `${(micros / 1_000_000).toFixed(6)}s`
}
