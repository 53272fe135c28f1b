import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { newReceiptKey, newSecrets, newTokenKey } from './local/new-secrets.ts'
import { projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'

const usage = `npm run secrets [-- FOLDER]
npm run secrets -- --new token_keys|receipt_key [FOLDER]
  FOLDER    where the files go that docker-compose.yml reads (secrets); one that is there already stays as it is
  --new     one new key in a folder that is there: of token_keys before the older ones, else in the place of the old one`

async function main(): Promise<number> {
  const { isHelpWanted, key, folder: named = path.join(projectFolder, 'secrets') } = parse(process.argv.slice(2))
  const folder = path.resolve(named)
  if (isHelpWanted) process.stdout.write(`${usage}\n`)
  else if (key === undefined) makeAll(folder)
  else makeOne(key, folder)
  return 0
}

/** What docker-compose.yml reads, made once and never overwritten. */
function makeAll(folder: string): void {
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
}

const keyNames = ['token_keys', 'receipt_key'] as const
type KeyName = (typeof keyNames)[number]

/** A password is no such key: the database and Redis would have to hear of it, too. */
function makeOne(name: KeyName, folder: string): void {
  if (!existsSync(folder)) throw new Problem(`${folder} is not there: make all secrets first\n${usage}`)
  const file = path.join(folder, name)
  const before = existsSync(file) && name === 'token_keys' ? readFileSync(file, 'utf8').trim() : ''
  const key = name === 'token_keys' ? newTokenKey() : newReceiptKey()
  replaceFile(file, `${[key, before].filter((part) => part !== '').join(',')}\n`)
  const beside = before === '' ? '' : `, before ${before.split(',').length} older`
  process.stdout.write(`Wrote a new key to ${file}${beside}. Keep a copy; processes read it when they start.\n`)
}

/**
 * Whole or not at all, as on a full disk. One that is there keeps owner, group and mode, for which whoever calls may write its folder
 * and give a file to that owner; an ACL is lost. Throws a Problem; the file is as it was then.
 */
function replaceFile(file: string, text: string): void {
  const facts = existsSync(file) ? statSync(file) : undefined
  const place = facts === undefined ? file : realpathSync(file)
  const beside = `${place}.new`
  try {
    writeFileSync(beside, text, { mode: 0o600, flush: true })
    if (facts !== undefined) chownSync(beside, facts.uid, facts.gid)
    chmodSync(beside, facts?.mode ?? 0o644)
    renameSync(beside, place)
  } catch (error) {
    rmSync(beside, { force: true })
    throw new Problem(`${file} could not be replaced, and is as it was: ${String(error)}`)
  }
}

function parse(args: string[]): { isHelpWanted: boolean; key: KeyName | undefined; folder: string | undefined } {
  const { values, positionals } = options(args)
  if (positionals.length > 1 || positionals[0] === '') throw new Problem(`Give one folder at most\n${usage}`)
  const key = keyNames.find((name) => name === values.new)
  if (values.new !== undefined && key === undefined) throw new Problem(`No key is called ${values.new}\n${usage}`)
  return { isHelpWanted: values.help === true, key, folder: positionals[0] }
}

function options(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { new: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

await runTool(main)
