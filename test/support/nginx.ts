import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { nginxArguments, upstreamServer, writeNginxConfig } from '../../tools/nginx.ts'
import type { NginxInstance } from '../../tools/nginx.ts'
import { believe, writeCertificate } from './certificate.ts'
import type { CertificateFiles } from './certificate.ts'
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
  /** MADANG_BALANCE; for `by address`. */
  balance?: string
  /** People come to this port by TLS, with a certificate of its own that this process believes; the other one sends them there. */
  tlsPort?: number
  /** It limits addresses as it does for people; otherwise it lets all of a test's come from one. */
  hasStandardLimits?: boolean
  /** Names of servers that come and go, and who knows their addresses; then it is the program of NAMED_NGINX. */
  named?: NonNullable<NginxInstance['named']>
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
  readonly #tlsPort: number | undefined
  readonly #instance: NginxInstance
  #child: ChildProcess | undefined

  constructor({ spread = 'by address', hasStandardLimits = false, tlsPort, ...options }: NginxOptions) {
    this.address = tlsPort === undefined ? `http://127.0.0.1:${options.port}` : `https://127.0.0.1:${tlsPort}`
    this.#spread = spread
    this.#tlsPort = tlsPort
    this.#instance = {
      ...options,
      program: process.env[options.named === undefined ? 'NGINX_SERVER' : 'NAMED_NGINX'] ?? 'nginx',
      accessLog: path.join(options.folder, 'access.log'),
      errorLog: path.join(options.folder, 'error.log'),
      ...(hasStandardLimits ? {} : { limits: wideLimits }),
    }
  }

  get accessLog(): string {
    return this.#instance.accessLog
  }

  async start(): Promise<void> {
    const { folder } = this.#instance
    await mkdir(folder, { recursive: true })
    if (this.#tlsPort !== undefined) {
      const files = this.renewCertificate()
      const challengesFolder = path.join(folder, 'challenges')
      this.#instance.tls = { ...files, port: this.#tlsPort, origin: this.address, challengesFolder }
    }
    await this.#configure()
    this.#child = spawn(this.#instance.program, nginxArguments(this.#instance), { stdio: 'ignore' })
    await once(this.#child, 'spawn')
    const deadline = performance.now() + readyWithinMs
    while (!(await answersReady(`${this.address}/livez`))) {
      if (performance.now() > deadline) throw new Error('nginx does not answer')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** A new certificate in the place of the old one. Nginx takes it with a `reload`. */
  renewCertificate(): CertificateFiles {
    const files = writeCertificate(this.#instance.folder)
    believe(readFileSync(files.certificate, 'utf8'))
    return files
  }

  /** As after a renewal: new processes for who comes, and the old ones end with who is there. */
  reload(): void {
    this.#child?.kill('SIGHUP')
  }

  async #configure(): Promise<void> {
    writeNginxConfig(this.#instance)
    if (this.#spread !== 'by address') await this.#rewriteUpstream()
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
