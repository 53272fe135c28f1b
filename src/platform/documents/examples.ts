import { readFileSync } from 'node:fs'

/** One request as it was made, and what it was answered with, by status. */
export interface OperationExample {
  /** Named parts of the path. */
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  answers: Record<string, unknown>
}

/** What a running Madang was asked, answered and told. Names, ids, times and secrets are stand-ins. */
export interface Examples {
  /** By operation id. */
  operations: Readonly<Record<string, OperationExample>>
  /** By channel and message, as in `stream.post.created`: payloads. */
  messages: Readonly<Record<string, unknown>>
}

export const noExamples: Examples = { operations: {}, messages: {} }

/** As `npm run examples` has written them into this folder. */
export function readExamples(folder: URL): Examples {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  return {
    operations: read('operations.json') as Examples['operations'],
    messages: read('messages.json') as Examples['messages'],
  }
}
