import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { rules } from './contract.ts'
import type { Record } from './contract.ts'

/** A record as one JSON file, beside the history of the same run: both together can be judged again at any time. */

const rule = z.enum(rules)
const text = z.string()
const range = z.object({ from: z.int(), to: z.int() })
const maybe = z.optional

const row = z.object({
  ...{ room: text, seq: z.int(), epoch: z.int(), id: text, from: text.nullable(), kind: text },
  ...{
    body: maybe(text),
    target: maybe(text.nullable()),
    isParked: z.boolean(),
    isBuffered: z.boolean().default(false),
  },
})

const epoch = z.object({
  ...{ epoch: z.int(), firstSeq: z.int(), lastSeq: z.int(), cause: text, suspect: maybe(range) },
})

const ending = z.object({
  ...{ room: text, state: text, lastSeq: maybe(z.int()), epochs: z.array(epoch), isReceiptValid: maybe(z.boolean()) },
})

const timeline = z.object({
  posts: z.array(z.object({ id: text, by: text, text, likes: z.int(), comments: z.int() })),
  comments: z.array(z.object({ id: text, post: text, by: text, text })),
  likes: z.array(z.object({ post: text, by: text })),
  uploads: z.array(z.object({ id: text, state: text, filesMissing: z.int() })),
  events: z.array(z.object({ position: z.int(), event: text, post: maybe(text) })),
  eventsUnplaced: maybe(z.int()),
})

const record = z.object({
  rows: z.array(row),
  endings: z.array(ending),
  timeline: maybe(timeline),
  redis: maybe(z.object({ leftovers: z.array(text), usedBytesBefore: z.number(), usedBytesAfter: z.number() })),
  alarms: z.array(text),
  unseen: maybe(z.array(z.object({ rule, why: text }))),
  unseenRooms: maybe(z.array(text)),
})

export function saveRecord(file: string, content: Record): void {
  writeFileSync(file, JSON.stringify(content))
}

/** Throws with the first place that is not as it should be. */
export function readSavedRecord(file: string): Record {
  const parsed = record.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file} is not a record: ${z.prettifyError(parsed.error).split('\n')[0]}`)
  // JSON leaves out what is undefined, and what is left out reads as undefined.
  return parsed.data as Record
}
