import { z } from 'zod'
import { BadArguments, parsed } from '../arguments.ts'

export const usage = `npm run seed
  Demo data for an empty installation: four accounts with known passwords, a room, a few posts. Does nothing where they are.

npm run seed -- --members N --posts N [options]
  A community to look at and to measure with: members seed_000001 … with followers, and posts over the last 90 days with tags,
  mentions, areas, comments and likes. It only ever adds: what is there counts, so the same command again adds nothing, after an
  interruption it goes on, and larger numbers add the difference.

  --members N        how many seeded members there shall be (1000)
  --posts N          how many posts of theirs (100000)
  --text FILE…       what they say: chat logs, .csv or plain lines (a small corpus in Korean and English)
  --password TEXT    lets one sign in as any of the new members; without it nobody can
  --among-people     also where somebody has an account who is neither seeded nor of the demo data`

export interface CommunityOptions {
  members: number
  posts: number
  files: string[]
  password: string | undefined
  isAmongPeople: boolean
}

export function seedOptions(args: readonly string[]): CommunityOptions | 'demo' | 'help' {
  const options = {
    members: { type: 'string' },
    posts: { type: 'string' },
    text: { type: 'string', multiple: true },
    password: { type: 'string' },
    'among-people': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const
  const { values, positionals } = parsed(args, options, { allowPositionals: true })
  if (values.help) return 'help'
  const isCommunity = values.members !== undefined || values.posts !== undefined
  const files = [...(values.text ?? []), ...positionals]
  if (!isCommunity) {
    if (args.length > 0) throw new BadArguments('Say how large the community shall be: --members N --posts N')
    return 'demo'
  }
  if (positionals.length > 0 && values.text === undefined)
    throw new BadArguments(`Name files by --text ${positionals[0]}`)
  if (values.password !== undefined && values.password.length < 10) {
    throw new BadArguments('--password: at least 10 characters')
  }
  return {
    members: numberIn('--members', values.members ?? '1000', 2, 999_999),
    posts: numberIn('--posts', values.posts ?? '100000', 0, 100_000_000),
    files,
    password: values.password,
    isAmongPeople: values['among-people'],
  }
}

function numberIn(name: string, text: string, least: number, most: number): number {
  const read = z.coerce.number().int().min(least).max(most).safeParse(text)
  if (read.success) return read.data
  throw new BadArguments(`${name} ${text}: give a whole number from ${least} to ${most}`)
}
