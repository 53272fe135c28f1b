import { isIP } from 'node:net'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { settingOf } from '../env-file.ts'
import { Problem } from '../problem.ts'

export interface StartOptions {
  /** The port people open; without it 8080, or a free one when that is taken. */
  port: number | undefined
  folder: string | undefined
  isDemoWanted: boolean
  /** A database or a Redis that somebody else runs. */
  databaseUrl: string | undefined
  redisUrl: string | undefined
  /** Addresses or networks whose word about the client's address Nginx takes. */
  trustedProxies: readonly string[]
  /** How Nginx chooses a server. */
  balance?: string
}

export const usage = `npm start -- [--port N] [--data FOLDER] [--demo | --no-demo]
  --port N         port of the address that people open (8080, or a free one when that is taken)
  --data FOLDER    where the data, the logs and the secrets lie (.data/local)
  --demo           put demo accounts and rooms in, once; the default unless DATABASE_URL is given
  --no-demo        leave them out
Given DATABASE_URL or REDIS_URL, or a file of either (DATABASE_URL_FILE), those are used instead of private instances.
MADANG_TRUSTED_PROXIES: addresses or networks of proxies in front of Nginx, separated by commas (none).
MADANG_BALANCE: how Nginx chooses a server: ip_hash, address or least_conn (ip_hash).
Other settings: see .env.example; a file .env is read.`

export function startOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions | 'help' {
  const { values } = parse(args)
  if (values.help) return 'help'
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new Problem(`--port ${values.port} is not a port; give a number from 1 to 65535`)
  }
  const databaseUrl = settingOf(env, 'DATABASE_URL')
  return {
    port,
    folder: values.data === undefined ? undefined : path.resolve(values.data),
    isDemoWanted: values['no-demo'] ? false : values.demo || databaseUrl === undefined,
    databaseUrl,
    redisUrl: settingOf(env, 'REDIS_URL'),
    trustedProxies: trustedProxies(env['MADANG_TRUSTED_PROXIES'] ?? ''),
    balance: env['MADANG_BALANCE'] || 'ip_hash',
  }
}

function trustedProxies(list: string): string[] {
  const proxies = list.split(/[\s,]+/).filter((proxy) => proxy !== '')
  const wrong = proxies.find((proxy) => !isAddressOrNetwork(proxy))
  if (wrong === undefined) return proxies
  throw new Problem(`MADANG_TRUSTED_PROXIES: ${wrong} is neither an address nor a network such as 10.0.0.0/8`)
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return longest > 0 && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= longest))
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        demo: { type: 'boolean', default: false },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
