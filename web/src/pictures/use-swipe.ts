import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

const leastPixels = 48

/**
 * A finger that goes sideways leads back or on. Two fingers zoom, and while somebody has zoomed in, one moves the picture: both
 * stay the browser's.
 */
export function useSwipe(target: RefObject<HTMLElement | null>, turns: { onBack: () => void; onOn: () => void }): void {
  const latest = useRef(turns)
  latest.current = turns
  useEffect(() => {
    const element = target.current
    if (element === null) return
    let from: { id: number; x: number; y: number } | undefined
    const begin = (event: PointerEvent): void => {
      const isOneFinger = event.isPrimary && event.pointerType === 'touch'
      from = isOneFinger && !isZoomed() ? { id: event.pointerId, x: event.clientX, y: event.clientY } : undefined
    }
    const end = (event: PointerEvent): void => {
      if (from?.id !== event.pointerId) return
      const [x, y] = [event.clientX - from.x, event.clientY - from.y]
      from = undefined
      if (Math.abs(x) < leastPixels || Math.abs(x) < 1.5 * Math.abs(y)) return
      if (x > 0) latest.current.onBack()
      else latest.current.onOn()
    }
    const forget = (): void => (from = undefined)
    element.addEventListener('pointerdown', begin)
    element.addEventListener('pointerup', end)
    element.addEventListener('pointercancel', forget)
    return () => {
      element.removeEventListener('pointerdown', begin)
      element.removeEventListener('pointerup', end)
      element.removeEventListener('pointercancel', forget)
    }
  }, [target])
}

function isZoomed(): boolean {
  return (window.visualViewport?.scale ?? 1) > 1.01
}
