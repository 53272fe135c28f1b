import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { nginxArguments, upstreamServer, writeNginxConfig } from '../../tools/nginx.ts'
import { answersReady, endChild, readyWithinMs } from './part.ts'

export interface NginxOptions {
  folder: string
  port: number
  mediaFolder: string
  /** Where each server is reached: `host:port`, or `unix:` and the file of its socket. */
  servers: readonly string[]
  /**
   * `by address` as for people: an address stays with its server. `by dice`: each connection goes anywhere. `in turn`: all go to the first, and to the
   * next while that one is gone.
   */
  spread?: 'by address' | 'by dice' | 'in turn'
  /** It limits addresses as it does for people; otherwise it lets all of a test's come from one. */
  hasStandardLimits?: boolean
}

const wideLimits = {
  requestsPerSecond: 100_000,
  requestsBurst: 100_000,
  connectionsPerAddress: 10_000,
  uploadsPerAddress: 100,
}

/** An Nginx of the project's configuration before the servers of a test. */
export class Nginx {
  readonly address: string
  readonly #spread: NonNullable<NginxOptions['spread']>
  readonly #instance: Parameters<typeof writeNginxConfig>[0]
  #child: ChildProcess | undefined

  constructor({ spread = 'by address', hasStandardLimits = false, ...options }: NginxOptions) {
    this.address = `http://127.0.0.1:${options.port}`
    this.#spread = spread
    this.#instance = {
      ...options,
      program: process.env['NGINX_SERVER'] ?? 'nginx',
      accessLog: path.join(options.folder, 'access.log'),
      errorLog: path.join(options.folder, 'error.log'),
      ...(hasStandardLimits ? {} : { limits: wideLimits }),
    }
  }

  get accessLog(): string {
    return this.#instance.accessLog
  }

  async start(): Promise<void> {
    await mkdir(this.#instance.folder, { recursive: true })
    writeNginxConfig(this.#instance)
    if (this.#spread !== 'by address') await this.#rewriteUpstream()
    this.#child = spawn(this.#instance.program, nginxArguments(this.#instance), { stdio: 'ignore' })
    await once(this.#child, 'spawn')
    const deadline = performance.now() + readyWithinMs
    while (!(await answersReady(`${this.address}/livez`))) {
      if (performance.now() > deadline) throw new Error('nginx does not answer')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async #rewriteUpstream(): Promise<void> {
    const file = path.join(this.#instance.folder, 'upstream.conf')
    const [first = '', ...others] = this.#instance.servers.map(upstreamServer)
    const written = await readFile(file, 'utf8')
    const keeping = `  ip_hash;\n  ${[first, ...others].join(' ')}\n`
    if (!written.includes(keeping)) throw new Error('the template of Nginx does not keep addresses with servers')
    const inTurn = `  ${[first, ...others.map((other) => other.replace(';', ' backup;'))].join(' ')}\n`
    await writeFile(
      file,
      written.replace(keeping, this.#spread === 'in turn' ? inTurn : keeping.replace('ip_hash', 'random')),
    )
  }

  async stop(): Promise<void> {
    await endChild(this.#child, 'SIGTERM')
  }
}
