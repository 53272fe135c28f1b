import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { newSecrets } from './new-secrets.ts'

/** What a production site would keep in its vault; made once for a local stack and readable by its owner alone. */
const schema = z.object({
  databasePassword: z.string(),
  redisPassword: z.string(),
  tokenKeys: z.string(),
  receiptKey: z.string(),
})
export type Secrets = z.output<typeof schema>

export function localSecrets(file: string): Secrets {
  const known = read(file)
  if (known) return known
  const secrets = newSecrets()
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}

function read(file: string): Secrets | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
