/** What `/metrics` says, read as Prometheus reads it. */

export interface Sample {
  /** With `_bucket`, `_sum` or `_count` behind the name of a histogram. */
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

export interface Family {
  name: string
  type: string
  help: string
}

export class Scrape {
  readonly families: readonly Family[]
  readonly samples: readonly Sample[]

  /** Throws for a line that Prometheus would not take. */
  constructor(text: string) {
    const lines = text.split('\n').filter((line) => line !== '')
    const helps = new Map(lines.flatMap((line) => pairOf(/^# HELP (\S+) (.+)$/, line)))
    const types = lines.flatMap((line) => pairOf(/^# TYPE (\S+) (counter|gauge|histogram|summary)$/, line))
    this.families = types.map(([name, type]) => ({ name, type, help: helps.get(name) ?? '' }))
    this.samples = lines.filter((line) => !line.startsWith('#')).map(readSample)
  }

  /** The sum of all series that have these labels; 0 when there is none. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.series(name, labels).reduce((sum, { value }) => sum + value, 0)
  }

  /** Undefined when there is no such series. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    return this.series(name, labels)[0]?.value
  }

  series(name: string, labels: Record<string, string> = {}): Sample[] {
    const wanted = Object.entries(labels)
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    )
  }

  /** The family that a sample is of. */
  familyOf({ name }: Pick<Sample, 'name'>): Family | undefined {
    const base = name.replace(/_(bucket|sum|count)$/, '')
    return this.families.find((family) => family.name === name) ?? this.families.find((family) => family.name === base)
  }
}

export async function scrape(address: string): Promise<Scrape> {
  const answer = await fetch(`${address}/metrics`)
  if (answer.status !== 200) throw new Error(`${address}/metrics answers ${answer.status}`)
  return new Scrape(await answer.text())
}

function pairOf(pattern: RegExp, line: string): [string, string][] {
  const [, name, rest] = pattern.exec(line) ?? []
  return name === undefined || rest === undefined ? [] : [[name, rest]]
}

function readSample(line: string): Sample {
  const [, name = '', , labels = '', value = ''] = /^([a-z_][a-z0-9_]*)(\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === '' || (value !== 'Nan' && Number.isNaN(Number(value.replace('+Inf', 'Infinity'))))) throw new Error(line)
  const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value.replace('Inf', 'Infinity')),
  }
}
