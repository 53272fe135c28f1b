import type { Receipt } from '../../ledger/receipt.ts'
import type { LineSums } from './line-check.ts'
import type { Verdict } from './verdict.ts'

/** 0: everything holds and the room is sealed. 1: broken. 3: signed and whole, but the receipt itself is not content. */
export function exitCodeOf(verdict: Verdict): 0 | 1 | 3 {
  if (verdict.type === 'broken') return 1
  return verdict.type === 'holds' && verdict.receipt.state === 'sealed' ? 0 : 3
}

/** The verdict in words, the last line being the verdict itself. */
export function reportOf(verdict: Verdict): string[] {
  switch (verdict.type) {
    case 'holds':
      return [
        ...headOf(verdict.receipt, verdict.kid),
        ...contentOf(verdict.receipt, verdict.sums),
        ...incidentsOf(verdict.receipt),
        conclusions[verdict.receipt.state],
      ]
    case 'admitted':
      return [
        ...headOf(verdict.receipt, verdict.kid),
        ...verdict.faults.map((fault) => `found       ${fault}`),
        ...incidentsOf(verdict.receipt),
        conclusions.quarantined,
      ]
    case 'broken':
      return [
        ...verdict.faults.map((fault) => `wrong       ${fault}`),
        'broken: this is not what the server signed, see above',
      ]
    default:
      return verdict satisfies never
  }
}

const conclusions: Record<Receipt['state'], string> = {
  sealed: 'sealed: all that was acknowledged in this room stands in this transcript, once and in order',
  suspect: 'suspect: the transcript is what was kept; something acknowledged may be missing, see the incidents',
  quarantined: 'quarantined: the transcript is what could be stored; something stands apart, see the incidents',
}

function headOf({ room, name, transcript }: Receipt, kid: string): string[] {
  return [
    `receipt     room ${room} (${name}), signed by the key ${kid}`,
    `transcript  ${transcript.bytes} bytes, SHA-256 ${transcript.sha256}`,
  ]
}

function contentOf(receipt: Receipt, sums: LineSums): string[] {
  const epochs = receipt.epochs.map(
    ({ epoch, firstSeq, lastSeq, cause }) => `${epoch} (${firstSeq}…${lastSeq}, ${cause})`,
  )
  const erased = sums.erased === 0 ? '' : `; ${sums.erased} erased, their hashes stand`
  return [
    `lines       1…${receipt.lastSeq} without a hole, each payload is the one that was acknowledged${erased}`,
    `epochs      ${epochs.join(', ')}: the digest at the end of each holds`,
    `digest      ${receipt.digest}`,
    `counts      ${sums.entries} entries, ${sums.messages} messages by ${receipt.perSender.length} people`,
    `durability  ${receipt.durability}`,
  ]
}

function incidentsOf({ incidents }: Receipt): string[] {
  return incidents.map((incident) => `incident    ${incident}`)
}
