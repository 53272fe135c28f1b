import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { projectFolder } from '../paths.ts'
import { freePort } from '../ports.ts'
import { Problem } from '../problem.ts'

export const monitoringFolder = path.join(projectFolder, 'deploy/monitoring')

export interface WatchOptions {
  /** Prometheus. */
  program: string
  /** Where it keeps what it has seen. */
  folder: string
  scrapeSeconds: number
  /** `host:port` of each. */
  servers: readonly string[]
  workers: readonly string[]
  /** What must be there, as compose's servers by their names. */
  named?: readonly string[]
}

const configuration = z.looseObject({
  global: z.looseObject({}),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      dns_sd_configs: z.unknown().optional(),
      static_configs: z.unknown().optional(),
    }),
  ),
})

const answerShape = z.looseObject({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() })
const readyWithinMs = 60_000

/** A Prometheus of its own, with the configuration of deploy/monitoring, but for where the processes are and how often they are asked. */
export class Prometheus {
  readonly address: string
  readonly #child: ChildProcess
  #said = ''

  private constructor(child: ChildProcess, address: string) {
    this.#child = child
    this.address = address
    child.stderr?.on('data', (bytes: Buffer) => void (this.#said = (this.#said + bytes.toString()).slice(-4000)))
  }

  /** Resolves when it can be asked. Error: a Problem with its last words. */
  static async start(options: WatchOptions): Promise<Prometheus> {
    mkdirSync(options.folder, { recursive: true })
    const file = path.join(options.folder, 'prometheus.yml')
    writeFileSync(file, configurationFor(options))
    const host = `127.0.0.1:${await freePort()}`
    const args = [
      ...[`--config.file=${file}`, `--storage.tsdb.path=${path.join(options.folder, 'data')}`],
      ...[`--web.listen-address=${host}`, '--log.level=warn'],
    ]
    const child = spawn(options.program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const prometheus = new Prometheus(child, `http://${host}`)
    await prometheus.#ready()
    return prometheus
  }

  /** What the API answers under `data`. Error: what it says instead. */
  async ask(api: string, query: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${this.address}/api/v1/${api}?${new URLSearchParams(query).toString()}`)
    const answer = answerShape.parse(await response.json())
    if (answer.status !== 'success') throw new Error(`${query['query'] ?? api}: ${answer.error}`)
    return answer.data
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exit
  }

  async #ready(): Promise<void> {
    for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline;) {
      if (this.#child.exitCode !== null) break
      const isReady = await fetch(`${this.address}/-/ready`).then(
        (answer) => answer.ok,
        () => false,
      )
      if (isReady) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await this.stop()
    throw new Problem(`Prometheus did not start: ${this.#said.trim().split('\n').at(-1) ?? ''}`)
  }
}

function configurationFor({ scrapeSeconds, servers, workers, named = [] }: WatchOptions): string {
  const text = readFileSync(path.join(monitoringFolder, 'prometheus.yml'), 'utf8')
  const { global, rule_files: rules, scrape_configs: jobs, ...rest } = configuration.parse(parse(text))
  const every = `${scrapeSeconds}s`
  const targets: Record<string, readonly string[]> = {
    'madang-server': servers,
    'madang-worker': workers,
    'madang-named': named,
  }
  return stringify({
    ...rest,
    global: { ...global, scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: rules.map((file) => path.join(monitoringFolder, file)),
    scrape_configs: jobs.flatMap(({ dns_sd_configs: _found, static_configs: _named, ...job }) => {
      const found = targets[job.job_name]
      return found === undefined ? [] : [{ ...job, static_configs: [{ targets: found }] }]
    }),
  })
}
