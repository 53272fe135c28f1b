import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export type { Counter, Gauge, Histogram }

/** `madang_`, what it is, its unit, and `_total` where it only grows. docs/monitoring.md lists all of them. */
export interface Definition<Label extends string> {
  name: string
  help: string
  /** Each value is a series more for Prometheus: words of our own, never what somebody sends. */
  labels?: readonly Label[]
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>

/** A number, or one for each of its labels; undefined while it is not known. */
export type Reading<Label extends string = never> = number | undefined | Iterable<readonly [Labels<Label>, number]>

/**
 * What a process tells of itself. Each process has one, made with what it stands on (src/foundation.ts) and handed to its parts, which
 * define beside their code what they show.
 */
export class Metrics {
  readonly #registry = new Registry()

  /** For what is counted as it happens, and happens seldom. Asked for again it is the same one: two parts may count together. */
  counter<Label extends string = never>(definition: Definition<Label>): Counter<Label> {
    const known = this.#registry.getSingleMetric(definition.name)
    if (known instanceof Counter) return known
    return new Counter<Label>(this.#configurationOf(definition))
  }

  /** For what is set when it changes. Asked for again it is the same one. */
  gauge<Label extends string = never>(definition: Definition<Label>): Gauge<Label> {
    const known = this.#registry.getSingleMetric(definition.name)
    if (known instanceof Gauge) return known
    return new Gauge<Label>(this.#configurationOf(definition))
  }

  /** `buckets` are upper bounds, from the least to the greatest. Asked for again it is the same one. */
  histogram<Label extends string = never>(
    definition: Definition<Label> & { buckets: readonly number[] },
  ): Histogram<Label> {
    const known = this.#registry.getSingleMetric(definition.name)
    if (known instanceof Histogram) return known
    return new Histogram<Label>({ ...this.#configurationOf(definition), buckets: [...definition.buckets] })
  }

  /** For a number that is kept anyway, or counted often: it stays a plain field, and is read when somebody asks for it. */
  show<Label extends string = never>(
    kind: 'counter' | 'gauge',
    definition: Definition<Label>,
    read: () => Reading<Label> | Promise<Reading<Label>>,
  ): void {
    const configuration = this.#configurationOf(definition)
    if (kind === 'counter') {
      const counter: Counter<Label> = new Counter<Label>({
        ...configuration,
        collect: async () => fill(await read(), counter, (labels, value) => counter.inc(labels, value)),
      })
    } else {
      const gauge: Gauge<Label> = new Gauge<Label>({
        ...configuration,
        collect: async () => fill(await read(), gauge, (labels, value) => gauge.set(labels, value)),
      })
    }
  }

  /** Who this is; and processor, memory, files, event loop and garbage, under the names that every program with this library has. */
  showProcess(who: Labels<'name' | 'role'>): void {
    this.gauge({
      name: 'madang_process_info',
      help: 'Always 1: the name of this process, and what it is',
      labels: ['name', 'role'],
    }).set(who, 1)
    collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #configurationOf<Label extends string>({ name, help, labels = [] }: Definition<Label>) {
    return { name, help, labelNames: [...labels], registers: [this.#registry] }
  }
}

/** What was shown before goes: a label that is not read any more, and a number that is not known, are not there. */
function fill<Label extends string>(
  reading: Reading<Label>,
  shown: { reset(): void; remove(labels: object): void },
  set: (labels: Partial<Record<Label, string>>, value: number) => void,
): void {
  shown.reset()
  if (reading === undefined) shown.remove({})
  else if (typeof reading === 'number') set({}, reading)
  else for (const [labels, value] of reading) set(labels, value)
}
