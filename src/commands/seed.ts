import { loadConfig } from '../config.ts'
import { layFoundation } from '../foundation.ts'
import { createLog } from '../platform/log.ts'
import { leaveWith } from '../platform/start.ts'
import { BadArguments } from './arguments.ts'
import { progressBar } from './seed/bar.ts'
import { Refused, seedCommunity } from './seed/community.ts'
import { demoNames, seedDemo } from './seed/demo.ts'
import { seedOptions, usage } from './seed/options.ts'
import type { CommunityOptions } from './seed/options.ts'
import { readTexts } from './seed/texts.ts'

/** npm run seed: demo data, or a whole community to measure with. */
async function main(args: readonly string[]): Promise<void> {
  const options = seedOptions(args)
  if (options === 'help') return say(usage)
  if (options === 'demo') return say(await seedDemo(loadConfig(process.env)))
  say(await seedWith(options))
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function seedWith(options: CommunityOptions): Promise<string> {
  const texts = await readTexts(options.files)
  const startedAt = performance.now()
  const foundation = await layFoundation(loadConfig(process.env), createLog({ level: 'error', service: 'seed' }), {
    holdsLong: true,
    waits: false,
  })
  const bar = progressBar()
  try {
    const { members, posts } = await seedCommunity(foundation.sql, { ...options, texts, demoNames }, bar)
    bar.stop()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    return [
      `${members.there + members.added} seeded members (${members.added} new), ${posts.there + posts.added} posts of theirs (${posts.added} new)`,
      `in ${seconds} s, from ${texts.length} pieces of text`,
    ].join(' ')
  } finally {
    bar.stop()
    await foundation.lifecycle.close()
  }
}

try {
  await main(process.argv.slice(2))
  process.exit(0)
} catch (error) {
  if (error instanceof BadArguments || error instanceof Refused) {
    process.stderr.write(`${error.message}\n${error instanceof BadArguments ? `\n${usage}\n` : ''}`)
    process.exit(2)
  }
  await leaveWith(error)
}
