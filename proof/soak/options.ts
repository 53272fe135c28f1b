import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import path from 'node:path'
import { Problem } from '../../tools/problem.ts'

export interface SoakOptions {
  minutes: number
  messagesPerSecond: number
  people: number
  rooms: number
  seed: number
  /** stack.json of a stack that runs already; undefined for one of the soak's own. */
  stackFile: string | undefined
  /** Where the samples and the report go. */
  folder: string
}

const mostMinutes = 240

export const usage = `npm run soak -- [--minutes N] [--rate N] [--people N] [--rooms N] [--seed N] [--stack FILE] [--out FOLDER]
  --minutes N     how long people talk (60; at most ${mostMinutes})
  --rate N        messages a second over all rooms (20)
  --people N      people, each with a socket or two (24)
  --rooms N       rooms at once; each is closed after a minute or so and another one opened (4)
  --seed N        repeats the choices of an earlier run
  --stack FILE    stack.json of a local stack that runs (npm start: .data/local/stack.json); without it one of the soak's own,
                  in .data/soak/stack, which is emptied first
  --out FOLDER    where samples.jsonl and report.html go (.data/soak/report)
Ctrl-C ends it early, with a report.`

/** Errors: a Problem that says what to give. */
export function soakOptions(args: readonly string[]): SoakOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  return {
    minutes: whole('minutes', values.minutes ?? '60', 1, mostMinutes),
    messagesPerSecond: whole('rate', values.rate ?? '20', 1, 1000),
    people: whole('people', values.people ?? '24', 4, 250),
    rooms: whole('rooms', values.rooms ?? '4', 1, 100),
    seed: whole('seed', values.seed ?? String(randomInt(1_000_000)), 0, 4_294_967_295),
    stackFile: values.stack === undefined ? undefined : path.resolve(values.stack),
    folder: path.resolve(values.out ?? path.join('.data', 'soak', 'report')),
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Problem(`--${name} ${text}: give a whole number from ${least} to ${most}`)
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = { minutes: text, rate: text, people: text, rooms: text, seed: text, stack: text, out: text }
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
