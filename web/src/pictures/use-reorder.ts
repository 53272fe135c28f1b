import { useRef } from 'preact/hooks'

/**
 * What a handle needs to move its thing within a list: arrows, Home and End with the keyboard, and dragging with a pointer of any
 * kind. The things are the elements `[data-place]` around it.
 */
export function useReorder({ place, count, onMove }: { place: number; count: number; onMove: (to: number) => void }) {
  const isDragging = useRef(false)
  return {
    onKeyDown(event: KeyboardEvent): void {
      const steps: Readonly<Record<string, number>> = {
        ArrowLeft: place - 1,
        ArrowUp: place - 1,
        ArrowRight: place + 1,
        ArrowDown: place + 1,
        Home: 0,
        End: count - 1,
      }
      const to = steps[event.key]
      if (to === undefined) return
      event.preventDefault()
      if (to >= 0 && to < count && to !== place) onMove(to)
    },
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }): void {
      if (event.button !== 0) return
      isDragging.current = true
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove(event: PointerEvent): void {
      if (!isDragging.current) return
      const under = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('[data-place]')
      const to = Number(under?.dataset['place'])
      if (Number.isInteger(to) && to !== place) onMove(to)
    },
    onPointerUp(): void {
      isDragging.current = false
    },
    onPointerCancel(): void {
      isDragging.current = false
    },
  }
}
