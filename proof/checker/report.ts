import type { Verdict, Violation } from './contract.ts'
import { promises } from './promises.ts'

/** The verdict for a person: what was broken and what proves it, then what was counted, then what nobody saw. */
export function report(verdict: Verdict): string {
  return [
    ...verdict.violations.flatMap(sayViolation),
    ...sayCounts(verdict),
    ...verdict.suspectBecause.map(
      ({ cause, rooms, entries }) =>
        `suspect   ${cause}: ${rooms} rooms, ${entries} acknowledged entries declared lost`,
    ),
    ...verdict.unseen.map(({ rule, why }) => `unseen    ${rule}: ${why}`),
    verdict.violations.length === 0
      ? 'kept: nothing that was promised was broken'
      : `BROKEN: ${[...new Set(verdict.violations.map(({ rule }) => rule))].join(', ')}, see above`,
  ].join('\n')
}

function sayViolation({ rule, room, says, proof }: Violation): string[] {
  return [
    `${rule.padEnd(4)}${room === undefined ? '' : ` room ${room}`}: ${says}`,
    `     ${promises[rule]}`,
    ...proof.map((line) => `       ${line}`),
  ]
}

function sayCounts({ counts }: Verdict): string[] {
  const { acked, unknown, failed, lost, declaredLost, healed, doubled, reordered, acceptedAfterClose } = counts
  const { rooms, sealed, suspect, quarantined, unfinished } = counts
  const open = rooms - sealed - suspect - quarantined - unfinished
  return [
    `messages  ${acked} acked, ${unknown} unknown, ${failed} failed`,
    `of these  ${lost} lost, ${doubled} doubled, ${reordered} reordered, ${acceptedAfterClose} accepted after close`,
    `admitted  ${declaredLost} declared lost, ${healed} lost with an epoch and offered again`,
    `rooms     ${rooms}: ${sealed} sealed, ${suspect} suspect, ${quarantined} quarantined, ${unfinished} unfinished, ${open} open`,
  ]
}
