import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitsForLoad } from '../../proof/load/limits.ts'
import { freePort } from '../../tools/ports.ts'
import { runUpdate, updateScript } from './docker.ts'
import { Nginx } from './nginx.ts'
import { Part } from './part.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

/** A process with a name of its own. */
export interface Pod {
  name: string
  part: Part
  /** Where Nginx reaches a server. */
  upstream: string
}

/** One line of the access log of Nginx. */
export interface AccessLine {
  method: string
  path: string
  status: number
  /** Of each server that was asked, in order. */
  upstream: string
  upstreamStatus: string
}

/** What takes minutes on a site takes seconds here, and nothing that protects it from single people slows the load down. */
const settings = {
  ...limitsForLoad,
  FLUSH_ENTRIES: 40,
  FLUSH_AGE_SECONDS: 2,
  EVENTS_RELAY_MS: 250,
  EVENTS_CHECK_MS: 250,
  CLOSED_META_SECONDS: 60,
  DRAIN_SECONDS: 2,
  LOG_LEVEL: 'warn',
}
const wholeLog = 10_000_000

/**
 * Two servers behind Nginx and two workers, which a new release takes the place of: as a Deployment of Kubernetes does it, with new processes
 * beside the old ones (`ports`), or where they stand, as the update of a site of compose does it (`files`).
 */
export class Pods {
  readonly world: World
  readonly #by: 'ports' | 'files'
  readonly #folder: string
  readonly #env: Record<string, string>
  readonly #port: number
  readonly #all: Pod[] = []
  #servers: readonly Pod[] = []
  #workers: readonly Pod[] = []
  #front: Nginx | undefined

  private constructor(world: World, folder: string, port: number, by: 'ports' | 'files') {
    this.world = world
    this.#by = by
    this.#folder = folder
    const texts = Object.entries(settings).map(([name, value]) => [name, String(value)])
    this.#port = port
    this.#env = { ...world.env, ...Object.fromEntries(texts), PUBLIC_ORIGIN: `http://127.0.0.1:${port}` }
  }

  static async start(by: 'ports' | 'files'): Promise<Pods> {
    const folder = await mkdtemp(join(tmpdir(), 'madang-pods-'))
    const pods = new Pods(await createWorld(), folder, await freePort(), by)
    try {
      pods.#servers = await Promise.all([pods.#newServer(1), pods.#newServer(2)])
      pods.#workers = await Promise.all([pods.#newWorker(1), pods.#newWorker(2)])
      await pods.#openFront()
      return pods
    } catch (error) {
      await pods.stop()
      throw error
    }
  }

  /** Of Nginx. */
  get address(): string {
    return this.#nginx.address
  }

  get #nginx(): Nginx {
    if (this.#front === undefined) throw new Error('Nginx is started behind the servers')
    return this.#front
  }

  get servers(): readonly Pod[] {
    return this.#servers
  }

  /** Of all that there were, with what they have logged. */
  get logs(): readonly { name: string; text: string }[] {
    return this.#all.map(({ name, part }) => ({ name, text: part.log }))
  }

  async accessLog(): Promise<AccessLine[]> {
    const lines = (await readFile(this.#nginx.accessLog, 'utf8')).split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const { status, ...rest } = JSON.parse(line) as Omit<AccessLine, 'status'> & { status: string }
      return { ...rest, status: Number(status) }
    })
  }

  /**
   * A new one is ready before an old one is led nobody to, and that one hears SIGTERM only then: the order of `maxSurge: 1, maxUnavailable: 0`, of
   * the removal from a Service, and of a preStop that waits for it. Answers the exit codes. `onReplaced` is awaited before the next one.
   */
  async replaceServers(onReplaced: () => Promise<void>): Promise<(number | null)[]> {
    const codes: (number | null)[] = []
    for (const old of this.#servers) {
      const fresh = await this.#newServer(this.#all.length + 1)
      this.#servers = [...this.#servers.filter((server) => server !== old), fresh]
      await this.#nginx.leadTo(this.#upstreams())
      codes.push(await old.part.end('SIGTERM'))
      await onReplaced()
    }
    return codes
  }

  /** Nobody is sent to a worker. */
  async replaceWorkers(): Promise<(number | null)[]> {
    const codes: (number | null)[] = []
    for (const old of this.#workers) {
      const fresh = await this.#newWorker(this.#all.length + 1)
      this.#workers = [...this.#workers.filter((worker) => worker !== old), fresh]
      codes.push(await old.part.end('SIGTERM'))
    }
    return codes
  }

  /**
   * By deploy/compose/update as it is shipped: what it has Docker replace ends and starts again at its place, and is waited for. Answers the exit
   * codes of servers and workers. `onBack` is awaited before the script hears that something was replaced.
   */
  async update(onBack: () => Promise<void>): Promise<(number | null)[]> {
    const codes: (number | null)[] = []
    const { code, output } = await runUpdate(async (words) => {
      if (words[1] !== 'up') return {}
      const service = words.at(-1) ?? ''
      if (service === 'nginx') await this.#restartFront()
      else codes.push(...(await this.#restart(service)))
      await onBack()
      return {}
    })
    if (code !== 0) throw new Error(`${updateScript} ended with ${code}:\n${output}`)
    return codes
  }

  async stop(): Promise<void> {
    await this.#front?.stop()
    await Promise.all(this.#all.map(({ part }) => part.end('SIGTERM')))
    await this.world.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** All containers of a service together, as Compose does it. */
  async #restart(service: string): Promise<(number | null)[]> {
    const named = service === 'worker' ? this.#workers : this.#servers.filter(({ name }) => name === service)
    if (named.length === 0) throw new Error(`there is no ${service}`)
    return Promise.all(
      named.map(async ({ part }) => {
        const code = await part.end('SIGTERM')
        await part.start()
        await part.ready()
        return code
      }),
    )
  }

  /** Who is there is cut off, and nobody is let in until it stands again. */
  async #restartFront(): Promise<void> {
    await this.#nginx.stop()
    await this.#nginx.start()
  }

  async #openFront(): Promise<void> {
    const place = { folder: this.#folder, port: this.#port, mediaFolder: this.world.config.MEDIA_FOLDER }
    this.#front = new Nginx({ ...place, servers: this.#upstreams(), isLed: this.#by === 'ports' })
    await this.#front.start()
  }

  #upstreams(): string[] {
    return this.#servers.map(({ upstream }) => upstream)
  }

  async #newServer(number: number): Promise<Pod> {
    const name = `server-${number}`
    const file = join(this.#folder, `${name}.sock`)
    const own = this.#by === 'files' ? { LISTEN_FILE: file } : {}
    const part = await this.#newPart(name, 'src/server.ts', 'PORT', own)
    return this.#begin({ name, part, upstream: this.#by === 'files' ? `unix:${file}` : part.host })
  }

  async #newWorker(number: number): Promise<Pod> {
    const name = `worker-${number}`
    return this.#begin({ name, part: await this.#newPart(name, 'workers/main.ts', 'WORKER_PORT'), upstream: '' })
  }

  async #newPart(name: string, script: string, portName: string, own: Record<string, string> = {}): Promise<Part> {
    const port = await freePort()
    const env = { ...this.#env, HOST: '127.0.0.1', TZ: 'UTC', SERVER_NAME: name, [portName]: String(port), ...own }
    return new Part(script, port, env, { longestLog: wholeLog })
  }

  async #begin(pod: Pod): Promise<Pod> {
    this.#all.push(pod)
    await pod.part.start()
    await pod.part.ready()
    return pod
  }
}
