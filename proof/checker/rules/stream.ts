import type { Line, Listening, Gap, Settled, Told } from '../../history/line.ts'
import type { Record } from '../contract.ts'
import type { Findings } from '../findings.ts'
import { sayLine } from '../words.ts'

type Timeline = NonNullable<Record['timeline']>
type Event = Timeline['events'][number]
type StreamSight = Told | Listening | Gap | Settled

/**
 * C14, what is told of the timeline: positions are 1, 2, 3 … and none is given twice, every listener hears them in that order and
 * as they are kept, and misses no event about a post behind the place that it named, unless the server said that there is a gap,
 * or a later state of the post took its place.
 */
export function checkStream(
  lines: readonly Line[],
  { events, eventsUnplaced = 0 }: Pick<Timeline, 'events' | 'eventsUnplaced'>,
  findings: Findings,
): void {
  checkPositions(events, findings)
  if (eventsUnplaced > 0) {
    findings.add('C14', undefined, `${eventsUnplaced} events were written down and never got a position`, [])
  }
  checkPostsPlaced(lines, events, findings)
  const stream = new Stream(events)
  for (const [session, sights] of sessionsIn(lines)) checkSession(session, sights, stream, findings)
}

function sessionsIn(lines: readonly Line[]): Map<string, StreamSight[]> {
  const sights = lines.filter((line): line is StreamSight => {
    const isOfStream = line.what === 'listening' || line.what === 'gap' || line.what === 'settled'
    return line.what === 'told' || (isOfStream && line.room === undefined)
  })
  return Map.groupBy(sights, ({ session }) => session)
}

function checkPositions(events: readonly Event[], findings: Findings): void {
  events.forEach((event, index) => {
    const before = events[index - 1]
    if (before === undefined || event.position === before.position + 1) return
    const proof = [before, event].map(sayEvent)
    findings.add('C14', undefined, `position ${event.position} stands behind ${before.position}`, proof)
  })
}

/** Unless old events were deleted already: what was posted was told. */
function checkPostsPlaced(lines: readonly Line[], events: readonly Event[], findings: Findings): void {
  if (events.length > 0 && events[0]?.position !== 1) return
  const told = new Set(events.flatMap(({ event, post }) => (event === 'post.created' ? [post] : [])))
  for (const line of lines) {
    if (line.what !== 'post' || line.outcome !== 'ok' || line.id === undefined || told.has(line.id)) continue
    findings.add('C14', undefined, `post ${line.id} was acknowledged, and no event tells of it`, [sayLine(line)])
  }
}

/** Events by position, and what may be left out for who comes back later. */
class Stream {
  readonly events: readonly Event[]
  readonly #at: Map<number, Event>
  /** The last position that shows a post or ends it. */
  readonly #lastState = new Map<string, number>()

  constructor(events: readonly Event[]) {
    this.events = events
    this.#at = new Map(events.map((event) => [event.position, event]))
    for (const { event, post, position } of events) {
      if (post !== undefined && showsState(event)) this.#lastState.set(post, position)
    }
  }

  get first(): number {
    return this.events[0]?.position ?? Infinity
  }

  get last(): number {
    return this.events.at(-1)?.position ?? 0
  }

  at(position: number): Event | undefined {
    return this.#at.get(position)
  }

  /** A state of a post that a later one followed may fall silent; counts and comments never do. */
  isDue({ event, post, position }: Event): boolean {
    if (post === undefined) return false
    return !showsState(event) || this.#lastState.get(post) === position
  }

  between(after: number, upTo: number): readonly Event[] {
    const from = Math.max(after + 1, this.first) - this.first
    return this.events.slice(from, Math.max(upTo - this.first + 1, from))
  }
}

const states: ReadonlySet<string> = new Set(['post.created', 'post.updated', 'post.deleted'])
const showsState = (event: string): boolean => states.has(event)

function checkSession(session: string, sights: readonly StreamSight[], stream: Stream, findings: Findings): void {
  const told = new Set(sights.flatMap((sight) => (sight.what === 'told' ? [sight.position] : [])))
  // Who asked for other topics is told other things; who is told nothing at all has been forgotten.
  const isOfPosts = told.size === 0 || sights.some((sight) => sight.what === 'told' && sight.post !== undefined)
  const blame = (says: string, proof: readonly string[]): void =>
    findings.add('C14', undefined, `${session} ${says}`, proof)
  let last: number | undefined
  const missedUpTo = (upTo: number, sight: StreamSight): void => {
    if (!isOfPosts || last === undefined) return
    const missed = stream.between(last, upTo).filter((event) => stream.isDue(event) && !told.has(event.position))
    if (missed.length > 0) blame(`was never told of ${missed.length} events`, [...missed.map(sayEvent), sayLine(sight)])
  }
  for (const sight of sights) {
    switch (sight.what) {
      case 'listening':
        last = sight.after === 'new' ? undefined : Number(sight.after)
        break
      case 'gap':
        last = Number(sight.to)
        break
      case 'told':
        if (last !== undefined && sight.position <= last)
          blame(`was told ${sight.position} behind ${last}`, [sayLine(sight)])
        compare(sight, stream, blame)
        missedUpTo(sight.position - 1, sight)
        last = sight.position
        break
      case 'settled':
        missedUpTo(stream.last, sight)
        break
      default:
        sight satisfies never
    }
  }
}

/** What was told under a position is what is kept under it. */
function compare(sight: Told, stream: Stream, blame: (says: string, proof: readonly string[]) => void): void {
  if (sight.position < stream.first) return
  const event = stream.at(sight.position)
  if (event !== undefined && event.event === sight.event && event.post === sight.post) return
  const kept = event === undefined ? 'nothing is kept there' : sayEvent(event)
  blame(`was told something else at ${sight.position} than is kept there`, [sayLine(sight), kept])
}

function sayEvent({ position, event, post }: Event): string {
  return `event ${position} ${event}${post === undefined ? '' : ` of post ${post}`}`
}
