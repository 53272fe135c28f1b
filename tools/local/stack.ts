import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isFree, rememberedPort } from '../ports.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import type { Programs } from '../services/find.ts'
import type { Supervisor } from '../supervisor.ts'
import { provideWebClient } from '../web/client.ts'
import { provideDatabase, provideRedis } from './backing.ts'
import type { Layout } from './layout.ts'
import { nginxService, processNames, serverService, upstreamOf, workerService } from './madang.ts'
import type { NodeService } from './madang.ts'
import { runCommand } from './one-off.ts'
import type { StartOptions } from './options.ts'
import { localSecrets } from './secrets.ts'
import { childEnv, pictureSettings, writeEnvFile } from './settings.ts'
import type { ChildEnv, SharedSettings } from './settings.ts'

/** The running stack, as it is written to stack.json; `demo` is what the seed command said about its accounts. */
export interface Stack {
  address: string
  servers: string[]
  worker: string
  databaseUrl: string
  redisUrl: string
  demo: string
}

export interface StackContext {
  layout: Layout
  options: StartOptions
  programs: Programs
  supervisor: Supervisor
  progress: Progress
  env: NodeJS.ProcessEnv
}

/** From the back to the front: nothing is started before what it stands on is ready. */
export async function startStack(context: StackContext): Promise<Stack> {
  const { layout, env, progress } = context
  const publicPort = await choosePort(context)
  await provideWebClient(progress)
  const shared = await startBacking(context, publicPort)
  const settings = childEnv(shared, env)
  writeEnvFile(layout.env, shared, env)
  await progress.step('Migrations', () =>
    runCommand({ script: 'src/commands/migrate.ts', log: layout.log('migrate'), env: settings }),
  )
  const demo = await provideDemo(context, settings)
  const { servers, upstreams, worker } = await startMadang(context, settings)
  await startFront(context, { port: publicPort, servers: upstreams, env: settings })
  return {
    address: `http://localhost:${publicPort}`,
    servers: servers.map((server) => `http://${server}`),
    worker: `http://${worker}`,
    databaseUrl: shared.databaseUrl,
    redisUrl: shared.redisUrl,
    demo,
  }
}

async function choosePort({ options, layout }: StackContext): Promise<number> {
  const wanted = options.port
  if (wanted === undefined) return portOf(layout, 'nginx', 8080)
  if (await isFree(wanted)) return wanted
  throw new Problem(`Port ${wanted} is taken by another program; choose another with --port, or leave it out`)
}

function portOf(layout: Layout, name: string, usual: number): Promise<number> {
  return rememberedPort({ file: layout.ports, name, preferred: layout.usualPort(usual) })
}

async function startBacking(context: StackContext, publicPort: number): Promise<SharedSettings> {
  const { layout, options, programs, supervisor, progress } = context
  const secrets = localSecrets(layout.secrets)
  const backing = { supervisor, layout, secrets }
  const databaseUrl = await progress.step('Database', () =>
    provideDatabase({ ...backing, program: programs.database, given: options.databaseUrl }),
  )
  const redisUrl = await progress.step('Redis', () =>
    provideRedis({ ...backing, program: programs.redis, given: options.redisUrl }),
  )
  return { databaseUrl, redisUrl, publicPort, secrets, layout }
}

/** Put in once; what it says about the accounts is kept and shown at every start. */
async function provideDemo({ layout, options, progress }: StackContext, env: ChildEnv): Promise<string> {
  if (!options.isDemoWanted) return ''
  const file = layout.inside('demo.txt')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const said = await progress.step('Demo data', () =>
    runCommand({ script: 'src/commands/seed.ts', log: layout.log('seed'), env }),
  )
  writeFileSync(file, said, { mode: 0o600 })
  return said
}

/** Answers with `host:port` of each, and with where Nginx reaches the servers. */
async function startMadang(
  { layout, supervisor, progress }: StackContext,
  env: ChildEnv,
): Promise<{ servers: string[]; upstreams: string[]; worker: string }> {
  const workerPort = await portOf(layout, processNames.worker, 23_003)
  const servers: NodeService[] = []
  for (const [index, name] of processNames.servers.entries()) {
    servers.push({ layout, env, name, port: await portOf(layout, name, 23_001 + index) })
  }
  await progress.step('Worker', () =>
    supervisor.start(workerService({ layout, env, name: processNames.worker, port: workerPort })),
  )
  await progress.step('Two web servers', () => supervisor.start(...servers.map(serverService)))
  return {
    servers: servers.map(({ port }) => `127.0.0.1:${port}`),
    upstreams: servers.map(upstreamOf),
    worker: `127.0.0.1:${workerPort}`,
  }
}

async function startFront(
  context: StackContext,
  { port, servers, env }: { port: number; servers: readonly string[]; env: ChildEnv },
): Promise<void> {
  const { layout, options, programs, supervisor, progress } = context
  const { trustedProxies, balance = 'ip_hash' } = options
  const { mediaFolder, mediaBaseUrl, ...limits } = pictureSettings(env)
  const pictures = { mediaFolder, mediaBaseUrl, limits }
  // A browser may take localhost for the IPv6 loopback, where there is one.
  const hosts = (await isFree(port, '::1')) ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']
  await progress.step('Nginx', () =>
    supervisor.start(
      nginxService({ layout, program: programs.nginx, port, hosts, servers, trustedProxies, balance, ...pictures }),
    ),
  )
}
