import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { newSecrets } from './local/new-secrets.ts'
import { projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'

const usage = `npm run secrets [-- FOLDER]
  FOLDER    where the files go that docker-compose.yml reads (secrets); one that is there already stays as it is`

/** What docker-compose.yml reads, made once and never overwritten. */
async function main(): Promise<number> {
  const { isHelpWanted, folder: named = path.join(projectFolder, 'secrets') } = parse(process.argv.slice(2))
  if (isHelpWanted) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const folder = path.resolve(named)
  if (existsSync(folder)) throw new Problem(`${folder} is there already; its secrets stay as they are`)
  const secrets = newSecrets()
  const ownerPassword = newSecrets().databasePassword
  const files = {
    mysql_password: secrets.databasePassword,
    mysql_owner_password: ownerPassword,
    redis_password: secrets.redisPassword,
    database_url: `mysql://madang:${secrets.databasePassword}@mysql:3306/madang`,
    database_owner_url: `mysql://madang_owner:${ownerPassword}@mysql:3306/madang`,
    redis_url: `redis://madang:${secrets.redisPassword}@redis:6379/0`,
    token_keys: secrets.tokenKeys,
    receipt_key: secrets.receiptKey,
    grafana_password: newSecrets().databasePassword,
  }
  // The folder keeps others out; the files themselves must be readable for users whose numbers only the images know.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), `${value}\n`)
    // Whatever the umask is.
    chmodSync(path.join(folder, name), 0o644)
  }
  process.stdout.write(
    `Wrote ${Object.keys(files).join(', ')} to ${folder}. Keep a copy of receipt_key and token_keys.\n`,
  )
  return 0
}

function parse(args: string[]): { isHelpWanted: boolean; folder: string | undefined } {
  const { values, positionals } = options(args)
  if (positionals.length > 1 || positionals[0] === '') throw new Problem(`Give one folder at most\n${usage}`)
  return { isHelpWanted: values.help === true, folder: positionals[0] }
}

function options(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } })
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

await runTool(main)
