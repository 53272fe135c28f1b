import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { socketFolder } from './paths.ts'
import { Problem } from './problem.ts'
import { startProcess } from './processes.ts'
import type { Started } from './processes.ts'
import { ask } from './services/shell.ts'

export interface DatabaseInstance {
  /** The server program, MariaDB's or MySQL's. */
  program: string
  /** Its data lie in `folder`/data. */
  folder: string
  log: string
  pidFile: string
  port: number
  password: string
  /** A further account with the same password and rights on one schema alone, as a site would give its processes. */
  limited?: { account: string; schema: string }
  env?: NodeJS.ProcessEnv
}

const account = 'madang'

/** Address with the rights to create schemas and accounts; without a schema name, or with one. */
export function databaseUrl(instance: { port: number; password: string }, schema = ''): string {
  return `mysql://${account}:${instance.password}@127.0.0.1:${instance.port}/${schema}`
}

/** Starts a private MariaDB or MySQL; the first time it makes its data folder. */
export async function startDatabase(instance: DatabaseInstance): Promise<Started> {
  const kind = await kindOf(instance.program)
  if (!existsSync(path.join(instance.folder, 'data', 'mysql'))) await createData(instance, kind)
  const accounts = path.join(instance.folder, 'accounts.sql')
  writeFileSync(accounts, accountStatements(instance), { mode: 0o600 })
  const { program, log, pidFile } = instance
  return startProcess({ command: program, args: [...options(instance, kind), `--init-file=${accounts}`], log, pidFile })
}

export async function isDatabaseReady(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2000 })
    await connection.query('SELECT 1')
    await connection.end()
    return true
  } catch {
    return false
  }
}

/** Makes a schema that is not there yet. */
export async function createSchema(url: string, schema: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 5000 })
  await connection.query('CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci', [
    schema,
  ])
  await connection.end()
}

type Kind = 'mariadb' | 'mysql'

async function kindOf(program: string): Promise<Kind> {
  const { code, output } = await ask(program, ['--no-defaults', '--version'])
  if (code !== 0) throw new Problem(`${program} does not run here: ${output.trim()}`)
  return /mariadb/i.test(output) ? 'mariadb' : 'mysql'
}

/** Of every database that Madang runs on; docker-compose.yml says the same. */
export const serverOptions = [
  '--sql-mode=STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  '--innodb-flush-log-at-trx-commit=1',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_520_ci',
  '--default-time-zone=+00:00',
  '--max-connections=500',
  '--max-allowed-packet=64M',
  '--local-infile=ON',
  '--skip-name-resolve',
] as const

/** Options of one server only are `loose`, so that the other one ignores them. */
function options(instance: DatabaseInstance, kind: Kind): string[] {
  return [
    ...basics(instance),
    '--bind-address=127.0.0.1',
    `--port=${instance.port}`,
    `--socket=${path.join(socketFolder(instance.folder), 'db.sock')}`,
    `--pid-file=${path.join(instance.folder, 'server.pid')}`,
    ...serverOptions,
    '--innodb-buffer-pool-size=128M',
    '--loose-innodb-log-file-size=48M',
    '--loose-innodb-redo-log-capacity=96M',
    '--loose-innodb-fast-shutdown=1',
    '--skip-log-bin',
    '--loose-performance-schema=OFF',
    '--loose-mysqlx=OFF',
    // MySQL insists on a folder for files of SQL statements, which a package would have made; none is used.
    ...(kind === 'mysql' ? ['--secure-file-priv=NULL'] : []),
  ]
}

/** Of its own: MariaDB deletes what it finds of temporary tables when it starts, and they may be those of another one that runs. */
function temporaryFolder({ folder }: DatabaseInstance): string {
  const own = path.join(folder, 'tmp')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return own
}

function basics(instance: DatabaseInstance): string[] {
  const base = path.dirname(path.dirname(realpathSync(instance.program)))
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const folders = [`--datadir=${path.join(instance.folder, 'data')}`, `--tmpdir=${temporaryFolder(instance)}`]
  return ['--no-defaults', `--basedir=${base}`, ...folders, ...asRoot]
}

async function createData(instance: DatabaseInstance, kind: Kind): Promise<void> {
  const data = path.join(instance.folder, 'data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const [args, input] =
    kind === 'mysql' ? [['--initialize-insecure'], ''] : [bootstrapOptions, systemTables(instance.program)]
  const answer = await feed(instance.program, [...basics(instance), ...args], input)
  if (answer.code === 0) return
  rmSync(data, { recursive: true, force: true })
  throw new Problem(`${instance.program} could not make its data folder ${data}:\n${answer.output.slice(-2000)}`)
}

const bootstrapOptions = [
  '--bootstrap',
  '--loose-innodb-log-file-size=48M',
  '--innodb-buffer-pool-size=32M',
  '--max-allowed-packet=64M',
  '--enforce-storage-engine=',
]

/** What mariadb-install-db runs. Root may enter by the socket alone; our account comes with the init file. */
function systemTables(program: string): string {
  const share = path.join(path.dirname(path.dirname(realpathSync(program))), 'share')
  const read = (name: string): string => {
    const places = ['mysql', 'mariadb'].flatMap((folder) =>
      ['mysql', 'mariadb'].map((prefix) => path.join(share, folder, `${prefix}_${name}.sql`)),
    )
    const file = places.find((place) => existsSync(place))
    if (file === undefined) throw new Problem(`${program} came without its own tables (${places[0]})`)
    return readFileSync(file, 'utf8')
  }
  const parts = ['system_tables', 'performance_tables', 'system_tables_data'].map(read)
  return ['CREATE DATABASE IF NOT EXISTS mysql;', 'USE mysql;', "SET @auth_root_socket='root';", ...parts].join('\n')
}

/** One statement a line, run at every start with all rights. */
function accountStatements({ password, limited }: DatabaseInstance): string {
  const grants = [{ account, rights: '*.*', option: ' WITH GRANT OPTION' }]
  if (limited !== undefined) grants.push({ account: limited.account, rights: `${limited.schema}.*`, option: '' })
  const lines = grants.flatMap(({ account: name, rights, option }) =>
    ['127.0.0.1', 'localhost'].flatMap((host) => [
      `CREATE USER IF NOT EXISTS '${name}'@'${host}';`,
      `ALTER USER '${name}'@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL PRIVILEGES ON ${rights} TO '${name}'@'${host}'${option};`,
    ]),
  )
  return `${lines.join('\n')}\n`
}

function feed(command: string, args: readonly string[], input: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
