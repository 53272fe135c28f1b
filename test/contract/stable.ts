/**
 * One recorded exchange with stand-ins for all that differs each time or is a secret. The same value has the same stand-in
 * throughout, so that what belongs together still does.
 */
export function stable<T>(recorded: T): T {
  const short = shortened(recorded)
  return new StandIns(short).of(short) as T
}

/** Secrets, and what only machines read. */
const byName: Readonly<Record<string, unknown>> = {
  accessToken: 'eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.e30.c2lnbmF0dXJl',
  refreshToken: 'cmVmcmVzaC10b2tlbi1vZi1hbGljZQ',
  ticket: 'dGlja2V0LW9mLWFsaWNl',
  jws: 'eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl',
  kid: 'a2V5LW9mLXRoaXMtc2l0ZQ',
  next: 'WzEwMl0',
  prev: 'WzEwMl0',
  cursor: 'WzEwMl0',
  requestId: '0f8b6c1d2e3a4b5c',
  ms: 1,
  userAgent: 'Madang for examples',
  server: 'server-1',
}

/** Numbers that are no ids. */
const plainNumbers = new Set(['limit', 'port'])

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-([47])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/
const firstInstant = Date.parse('2026-03-01T09:00:00.000Z')

class StandIns {
  readonly #instants: string[]
  readonly #uuids = new Map<string, string>()
  readonly #ids = new Map<string, string>()

  constructor(whole: unknown) {
    this.#instants = [...new Set(textsIn(whole).filter((text) => instant.test(text)))].toSorted()
  }

  of(value: unknown, name = ''): unknown {
    if (Array.isArray(value)) return value.map((one) => this.of(one, name))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.of(one, key)]))
    }
    if (name in byName && value !== null) return byName[name]
    return typeof value === 'string' && !plainNumbers.has(name) ? this.#text(value) : value
  }

  #text(text: string): string {
    if (instant.test(text)) return new Date(firstInstant + this.#instants.indexOf(text) * 1000).toISOString()
    const version = uuid.exec(text)?.[1]
    if (version !== undefined) return this.#uuid(text, version)
    if (/^[1-9]\d*$/.test(text)) return this.#id(text)
    if (/^[0-9a-f]{40,64}$/.test(text)) return 'a1b2c3d4'.repeat(8).slice(0, text.length)
    return text
      .replaceAll(/(?<=\/)[1-9]\d*(?=\/|$)/g, (id) => this.#id(id))
      .replaceAll(/[\w-]{22}(?=\.(?:thumb|feed|full)\.)/g, 'Q2hpbGRyZW4taW4teWFyZA')
      .replaceAll(/^(newcomer|stand_in)_\d+$/g, '$1')
  }

  #uuid(text: string, version: string): string {
    const known = this.#uuids.get(text)
    if (known !== undefined) return known
    const made = `019ca8f1-0000-${version}000-8000-${String(this.#uuids.size + 1).padStart(12, '0')}`
    this.#uuids.set(text, made)
    return made
  }

  #id(text: string): string {
    const made = this.#ids.get(text) ?? String(101 + this.#ids.size)
    this.#ids.set(text, made)
    return made
  }
}

/** Two of a kind show what a list is. */
function shortened(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (!Array.isArray(part)) return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, shortened(one)]))
  const isOfObjects = part.some((one) => typeof one === 'object')
  return (isOfObjects ? part.slice(0, 2) : part).map(shortened)
}

function textsIn(part: unknown): string[] {
  if (typeof part === 'string') return [part]
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(textsIn) : []
}
