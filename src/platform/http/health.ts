import { z } from 'zod'
import { within } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

/** Resolves when what it asks answers, rejects when it does not. */
export type HealthCheck = () => Promise<unknown>

const checkResult = z.strictObject({ isOk: z.boolean(), ms: z.number() })
const readiness = z.strictObject({
  status: z.enum(['ready', 'not_ready', 'draining']),
  checks: z.record(z.string(), checkResult),
})
type Readiness = z.output<typeof readiness>

/** Whether this process should be sent work. Why a check fails is in the log: the answer may be read by anybody. */
export class Health {
  readonly #checks: ReadonlyMap<string, HealthCheck>
  readonly #timeoutMs: number
  readonly #log: Log
  #isDraining = false
  #running: Promise<Readiness> | undefined

  constructor(options: { checks: Record<string, HealthCheck>; timeoutMs: number; log: Log }) {
    this.#checks = new Map(Object.entries(options.checks))
    this.#timeoutMs = options.timeoutMs
    this.#log = options.log
  }

  /** From now on the process is not ready, whatever the checks say. */
  drain(): void {
    this.#isDraining = true
  }

  /** Probes that come at once share one run, so that they cannot become a load. */
  async readiness(): Promise<Readiness> {
    if (this.#isDraining) return { status: 'draining', checks: {} }
    this.#running ??= this.#runAll().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #runAll(): Promise<Readiness> {
    const results = await Promise.all([...this.#checks].map(([name, check]) => this.#run(name, check)))
    const isReady = results.every(([, result]) => result.isOk)
    return { status: isReady ? 'ready' : 'not_ready', checks: Object.fromEntries(results) }
  }

  async #run(name: string, check: HealthCheck): Promise<[string, z.output<typeof checkResult>]> {
    const startedAt = performance.now()
    const isOk = await this.#answers(name, check)
    return [name, { isOk, ms: Math.round(performance.now() - startedAt) }]
  }

  async #answers(name: string, check: HealthCheck): Promise<boolean> {
    try {
      await within(this.#timeoutMs, name, check())
      return true
    } catch (error) {
      this.#log.warn({ err: error, check: name }, 'not ready')
      return false
    }
  }
}

export function healthRoutes(health: Health): Route[] {
  return [
    route({
      method: 'GET',
      path: '/livez',
      summary: 'The process answers',
      access: 'public',
      problems: [],
      isProbe: true,
      answers: { 200: z.strictObject({ status: z.literal('alive') }) },
      handle: async () => ({ status: 200, body: { status: 'alive' as const } }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      summary: 'The process and all it depends on can take work',
      access: 'public',
      problems: [],
      isProbe: true,
      answers: { 200: readiness, 503: readiness },
      async handle() {
        const body = await health.readiness()
        return { status: body.status === 'ready' ? 200 : 503, body }
      },
    }),
  ]
}
