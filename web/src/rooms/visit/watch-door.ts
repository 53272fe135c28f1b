import type { LiveStream } from '../../api/live.ts'
import { whenOpen } from '../../api/when-open.ts'
import { onReturn, onSeats } from '../wires.ts'
import type { RoomVisit } from './room-visit.ts'

/**
 * A room as it is seen from outside, kept as it is now: what the stream tells of it is taken as it is told, so that a seat that comes and goes costs nobody who
 * waits a request, and it is read again where something else may have changed: its end, that one is asked in. Of a room by invitation nobody is told the
 * counts, and admins are told nothing: they see it on return. Answers how to stop.
 */
export function watchDoor(visit: RoomVisit, stream: LiveStream): () => void {
  const look = (): void => visit.refreshSoon()
  const lookIfThis = ({ id }: { id: string }): void => {
    if (id === visit.id) look()
  }
  const stops = [
    stream.on('room.opened', lookIfThis),
    stream.on('room.closed', lookIfThis),
    stream.on('room.updated', (told) => {
      if (told.id === visit.id && !visit.tellChange(told)) look()
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
    for (const stop of stops) stop()
  }
}
