import { z } from 'zod'
import { personView, presentPersonAmong } from '../accounts/index.ts'
import type { Profile } from '../accounts/index.ts'
import { legible, systemSender } from '../ledger/index.ts'
import type { Finding, InspectedClosing } from '../ledger/index.ts'
import type { AccountId } from '../platform/ids.ts'
import { namedClosingView, presentNamedClosing } from './views.ts'

/** What admins see of a closing that they look into. */

const instant = z.iso.datetime({ precision: 3 })
const seqRange = z.strictObject({ from: z.int(), to: z.int() })

export const inspectedClosingView = z.strictObject({
  ...namedClosingView.shape,
  requestedBy: personView.nullable(),
  requestId: z.string().nullable().describe('Of the request that closed the room'),
  nextAt: instant.nullable().describe('When a worker looks at it again by itself; null: nothing is left to do'),
  digest: z.string().nullable().describe('The chain of all entries up to the fence, as Redis made it'),
  buffer: z
    .strictObject({ epoch: z.int(), head: z.int(), base: z.int() })
    .nullable()
    .describe('Where Redis stands: the last seq given, and up to which seq MySQL has them; null once it has let go'),
  epochs: z.array(
    z.strictObject({
      epoch: z.int(),
      firstSeq: z.int(),
      lastSeq: z.int().describe('One less than the first: an epoch without entries'),
      digest: z.string(),
      cause: z.string(),
      suspect: seqRange.nullable().describe('What may have been acknowledged and lost'),
      endedAt: instant,
    }),
  ),
  incidents: z.array(z.string()).describe('In the words of the receipt; empty until there is one'),
  acceptance: z.strictObject({ by: personView, at: instant, note: z.string() }).nullable(),
})

export const findingView = z.strictObject({
  kind: z
    .enum(['parked', 'apart', 'changed', 'emptied', 'missing'])
    .describe(
      'Refused by MySQL; kept aside, since it did not continue what was stored; not the payload that was acknowledged; gone, and not erased; no row',
    ),
  seq: z.int(),
  upTo: z.int().describe('The end of what is missing; `seq` for any other'),
  entry: z
    .strictObject({
      epoch: z.int(),
      at: instant,
      from: personView.nullable().describe('Null when the room itself speaks'),
      id: z.string(),
      kind: z.string(),
      hash: z.string().describe('SHA-256 of the payload that was acknowledged'),
      payload: z.string().optional().describe('The bytes as they are now'),
      payloadBase64: z.string().optional().describe('Instead, where they are no UTF-8'),
    })
    .nullable()
    .describe('Null for what is missing'),
  reason: z.string().nullable().describe('Why it was parked'),
})

z.globalRegistry.add(inspectedClosingView, { id: 'InspectedClosing' })
z.globalRegistry.add(findingView, { id: 'Finding' })

type Profiles = ReadonlyMap<AccountId, Profile>

/** The people who stand in it. */
export function peopleInClosing({ requestedBy, acceptance }: InspectedClosing): AccountId[] {
  return [requestedBy, acceptance?.by].filter((one) => one !== undefined)
}

export function presentInspected(
  closing: InspectedClosing,
  { name, profiles }: { name: string; profiles: Profiles },
): z.input<typeof inspectedClosingView> {
  const { requestedBy, requestId, nextAt, digest, buffer, epochs, incidents, acceptance } = closing
  return {
    ...presentNamedClosing(closing, name),
    requestedBy: requestedBy === undefined ? null : presentPersonAmong(profiles, requestedBy),
    requestId: requestId ?? null,
    nextAt: nextAt?.toISOString() ?? null,
    digest: digest ?? null,
    buffer: buffer ?? null,
    epochs: epochs.map(({ epoch, firstSeq, lastSeq, digest: end, cause, suspect, endedAt }) => ({
      ...{ epoch, firstSeq, lastSeq, digest: end, cause },
      suspect: suspect ?? null,
      endedAt: endedAt.toISOString(),
    })),
    incidents,
    acceptance:
      acceptance === undefined
        ? null
        : { by: presentPersonAmong(profiles, acceptance.by), at: acceptance.at.toISOString(), note: acceptance.note },
  }
}

export function presentFinding(finding: Finding, profiles: Profiles): z.input<typeof findingView> {
  const { kind, seq, upTo, entry, reason } = finding
  return {
    ...{ kind, seq, upTo },
    entry:
      entry === undefined
        ? null
        : {
            epoch: entry.epoch,
            at: new Date(entry.at).toISOString(),
            from: entry.sender === systemSender ? null : presentPersonAmong(profiles, entry.sender),
            id: entry.id,
            kind: entry.kind,
            hash: entry.hash,
            ...legible(entry.payload),
          },
    reason: reason ?? null,
  }
}
