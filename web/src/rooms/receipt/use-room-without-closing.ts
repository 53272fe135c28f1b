import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import { whenOpen } from '../../api/when-open.ts'
import type { ClosingLook } from '../order/use-closing.ts'
import { client, onReturn, onSeats, useStream } from '../wires.ts'

/**
 * Why nobody is closing a room: it is open, it is not mine to read, there is none for me, or, as `unknown`, the server could not say, or says by now that it
 * is being closed. Undefined until it was asked.
 */
export type WithoutClosing = 'open' | 'no_seat' | 'not_there' | 'unknown' | undefined

/** Of rooms by invitation the stream tells those alone who have a seat, or are asked in: they are asked about while somebody looks. */
const askEveryMs = 30_000
const unknownEveryMs = 3000

/** Asks why a look found no closing, and calls `onNews` when there may be one: the room was closed, or may be shown to me by now. */
export function useRoomWithoutClosing(room: string, look: ClosingLook, onNews: () => void): WithoutClosing {
  const [why, setWhy] = useState<WithoutClosing>(undefined)
  const stream = useStream()
  const { isMissing } = look
  useEffect(() => {
    if (!isMissing) return undefined
    let isGone = false
    void whyOf(room).then((found) => !isGone && setWhy(found))
    return () => {
      isGone = true
    }
    // Asked again after each look.
  }, [room, isMissing, look])
  useEffect(() => {
    if (!isMissing) return undefined
    const ask = (): void => {
      if (!document.hidden) onNews()
    }
    const timer = setInterval(ask, why === 'unknown' ? unknownEveryMs : askEveryMs)
    return () => clearInterval(timer)
  }, [isMissing, why, onNews])
  useEffect(() => {
    if (!isMissing || stream === undefined) return undefined
    const heard = ({ id }: { id: string }): void => {
      if (id === room) onNews()
    }
    const stops = [
      stream.on('room.closed', heard),
      stream.on('room.opened', heard),
      stream.onGap((topics) => topics.includes('rooms') && onNews()),
      // What happened before somebody listened was told to nobody.
      whenOpen(stream, onNews),
      onSeats(onNews),
      onReturn(onNews),
    ]
    return () => stops.forEach((stop) => stop())
  }, [room, isMissing, stream, onNews])
  return isMissing ? why : undefined
}

async function whyOf(room: string): Promise<WithoutClosing> {
  try {
    const { state, me } = await client.rooms.one(room)
    if (!me.mayRead) return 'no_seat'
    return state === 'open' ? 'open' : 'unknown'
  } catch (error) {
    return error instanceof ApiProblem && (error.code === 'not_found' || error.code === 'bad_input')
      ? 'not_there'
      : 'unknown'
  }
}
