import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isFree, rememberedPort } from '../ports.ts'
import { Problem } from '../problem.ts'
import { endLeftover, markOf, readMark, writeMark } from '../processes.ts'
import type { Progress } from '../progress.ts'
import type { Programs } from '../services/find.ts'
import type { Supervisor } from '../supervisor.ts'
import { provideDatabase, provideRedis } from './backing.ts'
import type { Layout } from './layout.ts'
import { nginxService, nodeService } from './madang.ts'
import { runCommand } from './one-off.ts'
import type { StartOptions } from './options.ts'
import { localSecrets } from './secrets.ts'
import { childEnv, writeEnvFile } from './settings.ts'

/** The running stack, as it is written to stack.json. */
export interface Stack {
  address: string
  servers: string[]
  worker: string
  databaseUrl: string
  redisUrl: string
  demo: string
}

const serverNames = ['server-1', 'server-2']
const workerName = 'worker-1'
const longestLog = 20 * 1024 ** 2

/** Only one start at a time may own the folder. */
export function takeOwnership(layout: Layout): void {
  const owner = readMark(layout.owner)
  if (owner !== undefined) throw new Problem(alreadyRunning(layout, owner.pid))
  const mark = markOf(process.pid)
  if (mark) writeMark(layout.owner, mark)
}

function alreadyRunning(layout: Layout, pid: number): string {
  const address = readAddress(layout.stack)
  return `Madang already runs from ${layout.folder} (process ${pid})${address ? `: ${address}` : ', it is just starting'}`
}

function readAddress(file: string): string | undefined {
  try {
    const stack: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof stack === 'object' && stack !== null && 'address' in stack) return String(stack.address)
  } catch {
    // No stack was written yet.
  }
  return undefined
}

/** What a crash left running is ended, front to back, so that ports and data folders are free. */
export async function clearLeftovers(layout: Layout): Promise<void> {
  for (const name of ['nginx', ...serverNames, workerName, 'redis', 'database']) await endLeftover(layout.pidFile(name))
  rmSync(layout.stack, { force: true })
  rotateLogs(path.dirname(layout.log('any')))
}

function rotateLogs(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
    const file = path.join(folder, name)
    if (statSync(file).size > longestLog) renameSync(file, `${file}.1`)
  }
}

export async function startStack(context: {
  layout: Layout
  options: StartOptions
  programs: Programs
  supervisor: Supervisor
  progress: Progress
  env: NodeJS.ProcessEnv
}): Promise<Stack> {
  const { layout, options, programs, supervisor, progress, env } = context
  const publicPort = await choosePort(options.port, layout)
  const secrets = localSecrets(layout.secrets)
  const backing = { supervisor, layout, secrets }
  const databaseUrl = await progress.step('Database', () =>
    provideDatabase({ ...backing, program: programs.database, given: options.databaseUrl }),
  )
  const redisUrl = await progress.step('Redis', () =>
    provideRedis({ ...backing, program: programs.redis, given: options.redisUrl }),
  )
  const shared = { databaseUrl, redisUrl, publicPort, secrets, layout }
  const settings = childEnv(shared, env)
  writeEnvFile(layout.env, shared, env)

  await progress.step('Migrations', () =>
    runCommand({ script: 'src/commands/migrate.ts', log: layout.log('migrate'), env: settings }),
  )
  const demo = options.isDemoWanted ? await progress.step('Demo data', () => demoData(layout, settings)) : ''
  const ports = await portsOf([...serverNames, workerName], layout)
  await progress.step('Two web servers and a worker', () => {
    const servers = serverNames.map((name) => {
      const port = ports[name] ?? 0
      const own = { HOST: '127.0.0.1', PORT: String(port), SERVER_NAME: name }
      return nodeService({ layout, name, port, script: 'src/server.ts', env: { ...settings, ...own } })
    })
    const port = ports[workerName] ?? 0
    const own = { WORKER_HEALTH_PORT: String(port), SERVER_NAME: workerName }
    const worker = nodeService({
      layout,
      name: workerName,
      port,
      script: 'workers/main.ts',
      env: { ...settings, ...own },
    })
    return supervisor.start(worker).then(() => supervisor.start(...servers))
  })
  const addresses = serverNames.map((name) => `127.0.0.1:${ports[name]}`)
  await progress.step('Nginx', async () =>
    supervisor.start(
      nginxService({
        layout,
        program: programs.nginx,
        port: publicPort,
        hosts: await listenHosts(publicPort),
        servers: addresses,
      }),
    ),
  )
  return {
    address: `http://localhost:${publicPort}`,
    servers: addresses.map((address) => `http://${address}`),
    worker: `http://127.0.0.1:${ports[workerName]}`,
    databaseUrl,
    redisUrl,
    demo,
  }
}

/** A browser may take localhost for the IPv6 loopback, where there is one. */
async function listenHosts(port: number): Promise<string[]> {
  return (await isFree(port, '::1')) ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']
}

async function choosePort(wanted: number | undefined, layout: Layout): Promise<number> {
  if (wanted === undefined)
    return rememberedPort({ file: layout.ports, name: 'nginx', preferred: layout.usualPort(8080) })
  if (await isFree(wanted)) return wanted
  throw new Problem(`Port ${wanted} is taken by another program; choose another with --port, or leave it out`)
}

async function portsOf(names: readonly string[], layout: Layout): Promise<Record<string, number>> {
  const ports: Record<string, number> = {}
  for (const [index, name] of names.entries()) {
    ports[name] = await rememberedPort({ file: layout.ports, name, preferred: layout.usualPort(23_001 + index) })
  }
  return ports
}

/** Put in once; what it says about the accounts is kept and shown at every start. */
async function demoData(layout: Layout, env: Record<string, string | undefined>): Promise<string> {
  const file = layout.inside('demo.txt')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const said = await runCommand({ script: 'src/commands/seed.ts', log: layout.log('seed'), env })
  writeFileSync(file, said, { mode: 0o600 })
  return said
}
