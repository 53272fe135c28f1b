import { useEffect, useState } from 'preact/hooks'
import { useRoom } from '../visit/room-context.ts'
import { slowModeLeft } from './composing.ts'

/** Seconds until slow mode lets me write again, counting down. */
export function useSlowMode(): number {
  const { visit, me, keepsOrder } = useRoom()
  const seconds = keepsOrder ? 0 : (visit.room.value?.slowModeSeconds ?? 0)
  const [now, setNow] = useState(() => Date.now())
  const lastAt = visit.rows.value.findLast((row) => row.from === me && row.kind === 'text')?.at
  const left = slowModeLeft(lastAt, seconds, now)
  useEffect(() => {
    setNow(Date.now())
    if (seconds === 0 || lastAt === undefined) return undefined
    const timer = setInterval(() => setNow(Date.now()), 500)
    const end = setTimeout(() => clearInterval(timer), seconds * 1000 + 1000)
    return () => {
      clearInterval(timer)
      clearTimeout(end)
    }
  }, [seconds, lastAt])
  return left
}
