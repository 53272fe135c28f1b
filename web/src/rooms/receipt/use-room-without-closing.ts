import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { ClosingLook } from '../order/use-closing.ts'
import { client, onReturn, useStream } from '../wires.ts'

/** Why nobody is closing a room: it is open, there is none for me, or, as `unknown`, the server could not say. Undefined until it was asked. */
export type WithoutClosing = 'open' | 'not_there' | 'unknown' | undefined

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
  useEffect(() => (isMissing ? onReturn(onNews) : undefined), [isMissing, onNews])
  useEffect(() => {
    if (!isMissing || stream === undefined) return undefined
    const heard = ({ id }: { id: string }): void => {
      if (id === room) onNews()
    }
    const stops = [
      stream.on('room.closed', heard),
      stream.on('room.opened', heard),
      stream.onGap((topics) => topics.includes('rooms') && onNews()),
    ]
    return () => stops.forEach((stop) => stop())
  }, [room, isMissing, stream, onNews])
  return isMissing ? why : undefined
}

async function whyOf(room: string): Promise<WithoutClosing> {
  try {
    const { state } = await client.rooms.one(room)
    return state === 'open' ? 'open' : 'unknown'
  } catch (error) {
    return error instanceof ApiProblem && (error.code === 'not_found' || error.code === 'bad_input')
      ? 'not_there'
      : 'unknown'
  }
}
