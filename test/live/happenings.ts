import type { PlacedEvent } from '../../src/live/event.ts'
import type { Statement } from '../../src/live/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'

/** What can happen: something that stands alone, a thing that looks anew or is gone, or a person who hides another one from now on. */
export type Happening =
  | { type: 'told'; audience: AccountId | undefined; actor: AccountId | undefined }
  | { type: 'shown' | 'ended'; thing: string; actor: AccountId | undefined }
  | { type: 'hidden'; reader: AccountId; actor: AccountId }

/** All that happened, as MySQL has it: the truth, of which the oldest may be gone. Positions are 1, 2, 3 …. */
export class Happenings {
  readonly all: Happening[] = []
  /** Rows up to here were deleted. */
  swept = 0

  get head(): number {
    return this.all.length
  }

  add(...happenings: readonly Happening[]): PlacedEvent[] {
    this.all.push(...happenings)
    return this.after(this.head - happenings.length, happenings.length)
  }

  /** As the rows say. */
  after(position: number, limit: number): PlacedEvent[] {
    const from = Math.max(position, this.swept)
    return this.all.slice(from, from + limit).map((one, index) => placed(one, from + index + 1))
  }

  hiddenBy(reader: AccountId): Set<AccountId> {
    return new Set(this.all.flatMap((one) => (one.type === 'hidden' && one.reader === reader ? one.actor : [])))
  }

  /** Where the people whom the reader hides have changed. */
  partings(reader: AccountId): number[] {
    return this.all.flatMap((one, index) => (one.type === 'hidden' && one.reader === reader ? index + 1 : []))
  }

  /** Whether this is told to the reader at all. */
  isFor(reader: AccountId, position: number): boolean {
    const one = this.all[position - 1]
    if (one === undefined || one.type === 'hidden') return false
    return one.type !== 'told' || one.audience === undefined || one.audience === reader
  }

  /** Whether its actor was hidden when it happened. */
  wasHidden(reader: AccountId, position: number): boolean {
    return this.hides(reader, position, this.all.slice(0, position))
  }

  /** Whether its actor has been hidden by now. */
  isHidden(reader: AccountId, position: number): boolean {
    return this.hides(reader, position, this.all)
  }

  /** The event whose data this one is told with, by what is known up to `head`; undefined when it is to be silent. */
  dataOf(position: number, head: number): number | undefined {
    const one = this.all[position - 1]
    if (one?.type !== 'shown') return position
    const since = this.#ofThing(one.thing, position, head)
    if (since.some(({ type }) => type === 'ended')) return undefined
    return since.at(-1)?.position
  }

  /** Whether who comes later need not hear of it: what it shows is gone since, or stands in an older event that was held when it changed. */
  mayBeSilent(position: number, mostHeld: number): boolean {
    const one = this.all[position - 1]
    if (one?.type !== 'shown') return false
    const since = this.#ofThing(one.thing, position + 1, this.head)
    if (since.some(({ type }) => type === 'ended')) return true
    const [next] = since
    const before = this.#ofThing(one.thing, 1, position - 1).at(-1)
    return next !== undefined && before?.type === 'shown' && before.position >= next.position - mostHeld
  }

  hides(reader: AccountId, position: number, known: readonly Happening[]): boolean {
    const one = this.all[position - 1]
    if (one === undefined || one.type === 'hidden' || one.actor === undefined) return false
    return known.some((other) => other.type === 'hidden' && other.reader === reader && other.actor === one.actor)
  }

  #ofThing(thing: string, from: number, to: number): { type: string; position: number }[] {
    return this.all
      .map((one, index) => ({ one, position: index + 1 }))
      .filter(({ one, position }) => 'thing' in one && one.thing === thing && position >= from && position <= to)
      .map(({ one: { type }, position }) => ({ type, position }))
  }
}

function placed(one: Happening, position: number): PlacedEvent {
  const thing = 'thing' in one ? { thing: one.thing } : {}
  return {
    position,
    topic: one.type === 'hidden' ? 'relations' : 'timeline',
    type: `it.${one.type}`,
    audience: one.type === 'hidden' ? one.reader : one.type === 'told' ? one.audience : undefined,
    actor: one.type === 'hidden' ? undefined : one.actor,
    data: JSON.stringify({ n: position, ...thing }),
  }
}

export function readStatement({ type, data }: { type: string; data: string }): Statement | undefined {
  const { thing } = JSON.parse(data) as { thing?: string }
  if (thing === undefined) return undefined
  return type === 'it.shown' ? { shows: thing } : { ends: [thing] }
}
