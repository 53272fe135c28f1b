import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { BadArguments, parsed } from '../arguments.ts'

export const usage = `npm run replay -- FILE… [options]
  Replays chat logs: each file a room, each speaker an account; then closes the rooms, verifies what they leave behind,
  and compares it with what every speaker and listener knows. Ends with 1 if anything is not as promised.

  --data FOLDER         in front of all else: the stack of npm start -- --data FOLDER
  --address URL         where Madang is (the stack of npm start)
  --mentor NAME:PASS    who opens the rooms (an account of its own, made a mentor by the grant command)
  --rate N              lines a second over all speakers (as fast as the acknowledgements come)
  --listeners N         people in each room who only listen (3)
  --leaving PERCENT     how many of the people leave in the middle and come back (20)
  --seed N              chooses who leaves, and when (1)
  --out FOLDER          where receipts and transcripts are put (.data/replay)
  --patience SECONDS    how long to go on trying when the service is not there (120)

  Lines that are longer than 4,096 bytes are sent as several. What the server limits is waited for, and said.`

export interface CommandOptions {
  files: string[]
  address: string
  mentor: { username: string; password: string } | undefined
  linesPerSecond: number | undefined
  listeners: number
  leavingShare: number
  seed: number
  folder: string
  patienceMs: number
  leastServers: number
}

/** Of the stack whose folder the command was given, or else of the usual one. */
const stackFile = process.env['MADANG_STACK'] || '.data/local/stack.json'
const stackSchema = z.object({ address: z.url(), servers: z.array(z.string()) })

export function replayOptions(args: readonly string[]): CommandOptions | 'help' {
  const options = {
    address: { type: 'string' },
    mentor: { type: 'string' },
    rate: { type: 'string' },
    listeners: { type: 'string', default: '3' },
    leaving: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: '.data/replay' },
    patience: { type: 'string', default: '120' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const
  const { values, positionals } = parsed(args, options, { allowPositionals: true })
  if (values.help) return 'help'
  if (positionals.length === 0) throw new BadArguments('Name at least one chat log')
  const stack = values.address === undefined ? localStack() : { address: values.address, servers: [] }
  return {
    files: positionals,
    address: stack.address,
    mentor: values.mentor === undefined ? undefined : parseMentor(values.mentor),
    linesPerSecond: values.rate === undefined ? undefined : numberIn('--rate', values.rate, 0.01, 1_000_000),
    listeners: numberIn('--listeners', values.listeners, 0, 500),
    leavingShare: numberIn('--leaving', values.leaving, 0, 100) / 100,
    seed: numberIn('--seed', values.seed, 0, 2 ** 32 - 1),
    folder: values.out,
    patienceMs: numberIn('--patience', values.patience, 1, 86_400) * 1000,
    leastServers: stack.servers.length,
  }
}

/** Made once: with it the speakers of one run are known again in the next. */
export function replayKey(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const key = randomBytes(32).toString('base64url')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, key, { mode: 0o600 })
    return key
  }
}

function localStack(): { address: string; servers: string[] } {
  try {
    return stackSchema.parse(JSON.parse(readFileSync(stackFile, 'utf8')))
  } catch {
    throw new BadArguments('Madang does not run here: start it with "npm start", or say where it is with --address')
  }
}

function parseMentor(text: string): { username: string; password: string } {
  const [username, ...rest] = text.split(':')
  if (!username || rest.length === 0) throw new BadArguments('--mentor is NAME:PASSWORD')
  return { username, password: rest.join(':') }
}

function numberIn(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isFinite(value) && value >= least && value <= most) return value
  throw new BadArguments(`${name} ${text}: give a number from ${least} to ${most}`)
}
