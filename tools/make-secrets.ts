import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { newSecrets } from './local/secrets.ts'
import { projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'

/** npm run secrets [-- FOLDER]: what docker-compose.yml reads, made once and never overwritten. */
async function main(): Promise<number> {
  const folder = path.resolve(process.argv[2] ?? path.join(projectFolder, 'secrets'))
  if (existsSync(folder)) throw new Problem(`${folder} is there already; its secrets stay as they are`)
  const secrets = newSecrets()
  const files = {
    mysql_password: secrets.databasePassword,
    redis_password: secrets.redisPassword,
    database_url: `mysql://madang:${secrets.databasePassword}@mysql:3306/madang`,
    redis_url: `redis://:${secrets.redisPassword}@redis:6379/0`,
    token_keys: secrets.tokenKeys,
    receipt_key: secrets.receiptKey,
  }
  // The folder keeps others out; the files themselves must be readable for users whose numbers only the images know.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), `${value}\n`, { mode: 0o644 })
  }
  process.stdout.write(
    `Wrote ${Object.keys(files).join(', ')} to ${folder}. Keep a copy of receipt_key and token_keys.\n`,
  )
  return 0
}

await runTool(main)
