import type { Line } from '../../history/line.ts'
import type { Record } from '../contract.ts'
import type { Findings } from '../findings.ts'
import { sayLine } from '../words.ts'

const share = 1.05
const roomBytes = 2048
const slackBytes = 2 * 1024 * 1024

/**
 * C12: at the end Redis has let go: the buffers of closed rooms are empty, no key is without a room, none without an end where it
 * should have one, and its memory is what it was within a twentieth (and what closed rooms keep for a day).
 */
export function checkLeftovers({ redis, endings }: Record, findings: Findings): void {
  if (redis === undefined) return
  for (const leftover of redis.leftovers)
    findings.add('C12', undefined, 'Redis still holds what nobody needs', [leftover])
  const { usedBytesBefore, usedBytesAfter } = redis
  const most = usedBytesBefore * share + slackBytes + endings.length * roomBytes
  if (usedBytesAfter <= most) return
  const says = `Redis has grown from ${usedBytesBefore} to ${usedBytesAfter} bytes`
  findings.add('C12', undefined, says, [
    `${Math.round(most)} bytes would have been allowed for ${endings.length} rooms`,
  ])
}

/**
 * C13: nothing failed unseen: no unhandled rejection, no violated unique key and no defect in any log, no answer that nobody can make
 * sense of, and none that says `internal`: not even a system that is being hurt may say that.
 */
export function checkAlarms(lines: readonly Line[], { alarms }: Record, findings: Findings): void {
  for (const alarm of alarms) findings.add('C13', undefined, 'a log has what must not be', [alarm])
  for (const line of lines) {
    const isOdd = line.what === 'log' && line.name === 'load'
    const isInternal = 'code' in line && line.code === 'internal'
    if (isOdd || isInternal) findings.add('C13', undefined, 'a client was answered what must not be', [sayLine(line)])
  }
}
