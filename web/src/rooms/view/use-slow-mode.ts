import { useEffect, useState } from 'preact/hooks'
import { useRoom } from '../visit/room-context.ts'
import { useSocket } from '../wires.ts'
import { slowModeLeft } from './composing.ts'

const tickMs = 500

/** Seconds until slow mode lets me write again, counting down, by the clock of the servers: messages bear their time, and the device may have another. */
export function useSlowMode(): number {
  const { visit, me, keepsOrder } = useRoom()
  const socket = useSocket()
  const seconds = keepsOrder ? 0 : (visit.room.value?.slowModeSeconds ?? 0)
  const [now, setNow] = useState(() => socket.now())
  const lastAt = visit.rows.value.findLast((row) => row.from === me && row.kind === 'text')?.at
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      const seen = socket.now()
      setNow(seen)
      if (slowModeLeft(lastAt, seconds, seen) > 0) timer = setTimeout(look, tickMs)
    }
    look()
    return () => clearTimeout(timer)
  }, [socket, seconds, lastAt])
  return slowModeLeft(lastAt, seconds, now)
}
