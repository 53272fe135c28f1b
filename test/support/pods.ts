import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { now } from '../../proof/history/history.ts'
import { limitsForLoad } from '../../proof/load/limits.ts'
import { freePort } from '../../tools/ports.ts'
import { runUpdate, updateScript } from './docker.ts'
import { NameServer } from './name-server.ts'
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
  /** When the answer had ended, in whole seconds (ISO 8601). */
  time: string
  requestId: string
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
 * beside the old ones, which Nginx finds by the name of all (`name`), or where they stand, as the update of a site of compose does it (`files`).
 */
export class Pods {
  readonly world: World
  readonly #by: 'name' | 'files'
  readonly #folder: string
  readonly #env: Record<string, string>
  readonly #port: number
  /** Of all servers that are found by their name. */
  readonly #serverPort: number
  readonly #names: NameServer
  readonly #all: Pod[] = []
  #firstEnd: number | undefined
  #lastStart = 0
  #servers: readonly Pod[] = []
  #workers: readonly Pod[] = []
  #front: Nginx | undefined
  /** Characters of the access log. */
  #askedBefore = 0

  private constructor(
    { world, folder, names }: { world: World; folder: string; names: NameServer },
    { port, serverPort }: { port: number; serverPort: number },
    by: 'name' | 'files',
  ) {
    this.world = world
    this.#by = by
    this.#folder = folder
    this.#names = names
    this.#port = port
    this.#serverPort = serverPort
    const texts = Object.entries(settings).map(([name, value]) => [name, String(value)])
    this.#env = { ...world.env, ...Object.fromEntries(texts), PUBLIC_ORIGIN: `http://127.0.0.1:${port}` }
  }

  static async start(by: 'name' | 'files'): Promise<Pods> {
    const folder = await mkdtemp(join(tmpdir(), 'madang-pods-'))
    const own = { world: await createWorld(), folder, names: await NameServer.start() }
    const pods = new Pods(own, { port: await freePort(), serverPort: await freePort() }, by)
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

  /** Of all that was asked since Nginx knew its servers. */
  async accessLog(): Promise<AccessLine[]> {
    const text = (await readFile(this.#nginx.accessLog, 'utf8')).slice(this.#askedBefore)
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const { status, ...rest } = JSON.parse(line) as Omit<AccessLine, 'status'> & { status: string }
      return { ...rest, status: Number(status) }
    })
  }

  /** From the first SIGTERM to the last start, in the time of the history of a load. */
  get underWay(): { from: number; to: number } {
    if (this.#firstEnd === undefined) throw new Error('nothing was replaced')
    return { from: this.#firstEnd, to: this.#lastStart }
  }

  /**
   * A new one is ready before the name of all loses an old one, and that one hears SIGTERM when Nginx has asked again, and not before: the order of
   * `maxSurge: 1, maxUnavailable: 0`, of a headless Service, and of a preStop that waits for it. Nobody says a word to Nginx. Answers the exit
   * codes. `onReplaced` is awaited before the next one.
   */
  async replaceServers(onReplaced: () => Promise<void>): Promise<(number | null)[]> {
    const codes: (number | null)[] = []
    for (const old of this.#servers) {
      const fresh = await this.#newServer(this.#all.length + 1)
      this.#become([...this.#servers, fresh])
      this.#become(this.#servers.filter((server) => server !== old))
      await this.#names.untilHeard()
      codes.push(await this.#end(old))
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
      codes.push(await this.#end(old))
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
    this.#names.close()
    await this.world.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** All containers of a service together, as Compose does it. */
  async #restart(service: string): Promise<(number | null)[]> {
    const named = service === 'worker' ? this.#workers : this.#servers.filter(({ name }) => name === service)
    if (named.length === 0) throw new Error(`there is no ${service}`)
    return Promise.all(
      named.map(async (pod) => {
        const code = await this.#end(pod)
        await this.#start(pod)
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
    this.#become(this.#servers)
    const named = { servers: [`server.test:${this.#serverPort}`], resolver: this.#names.address }
    const reached =
      this.#by === 'name' ? { servers: [], named } : { servers: this.#servers.map(({ upstream }) => upstream) }
    this.#front = new Nginx({ ...place, ...reached })
    await this.#front.start()
    // Until a name server has answered it knows none of them.
    this.#askedBefore = (await readFile(this.#front.accessLog, 'utf8')).length
  }

  /** These are ready, and so behind the name. */
  #become(servers: readonly Pod[]): void {
    this.#servers = servers
    this.#names.leadTo(servers.map(({ part }) => part.address))
  }

  async #newServer(number: number): Promise<Pod> {
    const name = `server-${number}`
    if (this.#by === 'name') {
      // As a pod has an address of its own, and the port of all.
      const part = this.#newPart(name, 'src/server.ts', { HOST: `127.0.1.${number}`, PORT: this.#serverPort })
      return this.#begin({ name, part, upstream: part.host })
    }
    const file = join(this.#folder, `${name}.sock`)
    const part = this.#newPart(name, 'src/server.ts', { PORT: await freePort(), LISTEN_FILE: file })
    return this.#begin({ name, part, upstream: `unix:${file}` })
  }

  async #newWorker(number: number): Promise<Pod> {
    const name = `worker-${number}`
    const part = this.#newPart(name, 'workers/main.ts', { WORKER_PORT: await freePort() })
    return this.#begin({ name, part, upstream: '' })
  }

  #newPart(name: string, script: string, own: Record<string, string | number>): Part {
    const texts = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)]))
    const env = { ...this.#env, HOST: '127.0.0.1', TZ: 'UTC', SERVER_NAME: name, ...texts }
    const port = Number(own['PORT'] ?? own['WORKER_PORT'])
    return new Part(script, port, env, { longestLog: wholeLog, address: env.HOST })
  }

  async #begin(pod: Pod): Promise<Pod> {
    this.#all.push(pod)
    await this.#start(pod)
    return pod
  }

  async #start({ part }: Pod): Promise<void> {
    this.#lastStart = now()
    await part.start()
    await part.ready()
  }

  #end({ part }: Pod): Promise<number | null> {
    this.#firstEnd ??= now()
    return part.end('SIGTERM')
  }
}
