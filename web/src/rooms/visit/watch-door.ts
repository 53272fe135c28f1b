import type { LiveEvents, LiveStream } from '../../api/live.ts'
import { whenOpen } from '../../api/when-open.ts'
import type { Room } from '../../api/types.ts'
import { onReturn, onSeats } from '../wires.ts'
import type { RoomVisit } from './room-visit.ts'

const lookMs = 300

/**
 * Looks again at a room from outside whenever something may have changed that one sees there: a seat, a rule, its end, that one is asked in. Answers how to
 * stop. Of a room by invitation the stream tells nothing but that: what else changes is seen on return.
 */
export function watchDoor(visit: RoomVisit, stream: LiveStream): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void visit.refresh(), lookMs)
  }
  const lookIfThis = ({ id }: { id: string }): void => {
    if (id === visit.id) look()
  }
  const stops = [
    stream.on('room.opened', lookIfThis),
    stream.on('room.closed', lookIfThis),
    stream.on('room.updated', (told) => {
      if (isNews(told, visit.room.peek())) lookIfThis(told)
    }),
    stream.onGap((topics) => {
      if (topics.includes('rooms')) look()
    }),
    // What happened before somebody listened was told to nobody.
    whenOpen(stream, look),
    onSeats(look),
    onReturn(look),
  ]
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

/** Who comes and goes inside is not seen from the door. */
function isNews(told: LiveEvents['room.updated'], known: Room | undefined): boolean {
  if (known === undefined) return true
  const before: Record<string, unknown> = { ...known, people: told.people }
  return Object.entries(told).some(([name, value]) => before[name] !== value)
}
