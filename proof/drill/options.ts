import { parseArgs } from 'node:util'
import path from 'node:path'
import { Problem } from '../../tools/problem.ts'

export interface DrillOptions {
  /** Of the first run; each further run takes the next number. */
  seed: number
  runs: number
  seconds: number
  /** Names of faults, or beginnings of names; empty for all. */
  faults: readonly string[]
  people: number
  rooms: number
  messagesPerSecond: number
  isKept: boolean
  /** One line of JSON a run goes here. */
  json: string | undefined
  /** A schedule that was kept, instead of one that is drawn. */
  scheduleFile: string | undefined
  isListed: boolean
  /** A site that somebody else runs; undefined for a stack of the drill's own. */
  remote: undefined | { address: string; admin: { username: string; password: string }; stackFile: string | undefined }
}

export const usage = `npm run drill -- [--seed N] [--runs N] [--seconds N] [--faults NAME,NAME] [--schedule FILE] [--json FILE] [--keep] [--list]
  --seed N         the run that this number stands for; without it a new one, which is printed
  --runs N         so many runs, each with the next number (1)
  --seconds N      how long people talk in each (10)
  --faults NAMES   only these faults, by name or by the beginning of names such as "redis:" (all)
  --people N --rooms N --rate N    who talks, where, and lines a second (16, 5, 60)
  --json FILE      appends one line of JSON a run
  --keep           leaves the stack's data behind, and the history and the record of every run
  --schedule FILE  what was done in a run before: its schedule.json; give its --seed and options, too
  --list           says which faults there are
Against a site that runs already:
  --address URL --admin NAME:PASSWORD   people come to it through a proxy that breaks; accounts and rooms are made there
  --stack FILE     stack.json of an npm start on this machine: its processes are killed and frozen, too`

export function drillOptions(args: readonly string[]): DrillOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const address = values.address
  if (address === undefined && (values.admin !== undefined || values.stack !== undefined)) {
    throw new Problem('--admin and --stack go with --address')
  }
  return {
    seed: whole('seed', values.seed ?? String(newSeed()), 0, 2 ** 31),
    runs: whole('runs', values.runs, 1, 100_000),
    seconds: whole('seconds', values.seconds, 3, 86_400),
    faults: (values.faults ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    people: whole('people', values.people, 4, 1000),
    rooms: whole('rooms', values.rooms, 1, 500),
    messagesPerSecond: whole('rate', values.rate, 1, 10_000),
    isKept: values.keep,
    json: values.json === undefined ? undefined : path.resolve(values.json),
    scheduleFile: values.schedule,
    isListed: values.list,
    remote: address === undefined ? undefined : remoteOf(address, values),
  }
}

function remoteOf(address: string, values: { admin?: string; stack?: string }): DrillOptions['remote'] {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new Problem(`--address ${address} is no address; give one such as https://madang.example`)
  }
  const [username, ...password] = (values.admin ?? '').split(':')
  if (!username || password.length === 0) {
    throw new Problem(
      '--address wants --admin NAME:PASSWORD too: somebody has to make mentors of the people of a drill',
    )
  }
  const admin = { username, password: password.join(':') }
  return { address: new URL(address).origin, admin, stackFile: values.stack }
}

function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000)
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Problem(`--${name} ${text} is not a whole number from ${least} to ${most}`)
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        runs: { type: 'string', default: '1' },
        seconds: { type: 'string', default: '10' },
        faults: { type: 'string' },
        people: { type: 'string', default: '16' },
        rooms: { type: 'string', default: '5' },
        rate: { type: 'string', default: '60' },
        schedule: { type: 'string' },
        json: { type: 'string' },
        keep: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        address: { type: 'string' },
        admin: { type: 'string' },
        stack: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
