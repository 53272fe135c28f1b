import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadEnvFile } from './env-file.ts'
import { deriveSettings } from './nginx-settings.ts'
import { limitValues, nginxArguments, renderTemplates, standardLimits, upstreamServer } from './nginx.ts'
import type { NginxLimits } from './nginx.ts'
import { projectFolder, webFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { findProgram } from './services/find.ts'
import { ask } from './services/shell.ts'

const usage = `npm run nginx -- --to FOLDER
  --to FOLDER    where the configuration of an Nginx without containers goes, and where it will write
Settings come from the environment and from .env; docs/nginx.md has them all.`

/** Writes the configuration that compose and npm start use for a machine of one's own, and lets Nginx try it. */
async function main(): Promise<number> {
  const folder = parse(process.argv.slice(2))
  if (folder === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  loadEnvFile(process.env)
  const program = findProgram('nginx')
  mkdirSync(folder, { recursive: true })
  renderTemplates(folder, valuesOf(process.env, folder, program))
  const args = nginxArguments({ folder, errorLog: 'stderr' })
  if (program === undefined) {
    process.stdout.write(`Wrote ${folder}. There is no Nginx here to try it.\n`)
    return 0
  }
  const { code, output } = await ask(program, [...args, '-t'])
  if (code !== 0) throw new Problem(`Nginx does not accept it:\n${output.trim()}`)
  const words = [program, ...args].map((word) => (/[\s;]/.test(word) ? `'${word}'` : word))
  process.stdout.write(`Wrote ${folder}, and Nginx accepts it. Start it with\n  ${words.join(' ')}\n`)
  return 0
}

/** What each name of the templates stands for on this machine. */
function valuesOf(env: NodeJS.ProcessEnv, folder: string, program: string | undefined): Record<string, string> {
  const given = (name: string, standard = ''): string => env[name] || standard
  const settings = [...settingNames, 'PUBLIC_ORIGIN', 'MEDIA_BASE_URL'].map((name) => [name, given(name)] as const)
  const file = (name: string, standard: string): string => path.resolve(projectFolder, given(name, standard))
  return {
    ...deriveSettings(
      {
        ...Object.fromEntries(settings),
        MADANG_ADDRESSES: given('MADANG_ADDRESSES', '8080'),
        ...(program === undefined ? {} : { MADANG_NGINX: program }),
      },
      (text) => process.stderr.write(text),
    ),
    ...limitValues(limitsOf(env)),
    MADANG_USER: process.getuid?.() === 0 ? `user ${workerUser(given('MADANG_USER'))};` : '',
    MADANG_WORKERS: given('MADANG_WORKERS', 'auto'),
    MADANG_SERVERS: given('MADANG_SERVERS', '127.0.0.1:3000').trim().split(/\s+/).map(upstreamServer).join(' '),
    MADANG_TLS_CERTIFICATE: file('MADANG_TLS_CERTIFICATE', 'secrets/tls/fullchain.pem'),
    MADANG_TLS_KEY: file('MADANG_TLS_KEY', 'secrets/tls/privkey.pem'),
    MADANG_CHALLENGES_FOLDER: file('MADANG_CHALLENGES_FOLDER', 'secrets/tls/challenges'),
    MADANG_ACCESS_LOG: given('MADANG_ACCESS_LOG', path.join(folder, 'access.log')),
    MADANG_ERROR_LOG: given('MADANG_ERROR_LOG', path.join(folder, 'error.log')),
    MADANG_MEDIA_FOLDER: file('MEDIA_FOLDER', '.data/media'),
    MADANG_WEB_FOLDER: given('MADANG_WEB_FOLDER', webFolder),
  }
}

/** What nobody has said is not to be root: what comes in from outside is read by the workers. */
function workerUser(name: string): string {
  if (name !== '') return name
  throw new Problem(
    'MADANG_USER: Nginx begins as root here; name the user that its workers are, who reads the pictures and reaches the sockets of the servers',
  )
}

const settingNames = [
  'MADANG_TLS_ADDRESSES',
  'MADANG_INNER_ADDRESSES',
  'MADANG_PROXY_PROTOCOL',
  'MADANG_TRUSTED_PROXIES',
  'MADANG_BALANCE',
  'MADANG_NAMED_SERVERS',
  'MADANG_RESOLVER',
  'MADANG_RESOLVER_IPV6',
  'MADANG_WORKER_CONNECTIONS',
] as const

/** Limits that are set; a size such as 11m is Nginx' own to understand, a number is one here. */
function limitsOf(env: NodeJS.ProcessEnv): Partial<NginxLimits> {
  const changes: Record<string, string | number> = {}
  for (const [name, standard] of Object.entries(standardLimits)) {
    const variable = `MADANG_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`
    const value = env[variable]
    if (!value) continue
    if (typeof standard === 'number' && !/^[1-9]\d*$/.test(value)) {
      throw new Problem(`${variable}=${value}: give a whole number above 0`)
    }
    changes[name] = typeof standard === 'number' ? Number(value) : value
  }
  return changes
}

function parse(args: string[]): string {
  try {
    const { values } = parseArgs({
      args,
      options: { to: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    })
    if (values.help) return 'help'
    if (values.to !== undefined && values.to !== '') return path.resolve(values.to)
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
  throw new Problem(`Say where it goes\n${usage}`)
}

await runTool(main)
