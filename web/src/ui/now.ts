import { signal } from '@preact/signals'

const stepMs = 30_000
let timer: ReturnType<typeof setInterval> | undefined

/** The time of day for what shows it: one timer for the page, which runs only while something looks at it. */
export const now = signal(Date.now(), {
  watched() {
    tick()
    timer = setInterval(tick, stepMs)
    document.addEventListener('visibilitychange', tick)
  },
  unwatched() {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  },
})

/** Nobody looks at a hidden tab; when it is looked at again it is right at once. */
function tick(): void {
  if (!document.hidden) now.value = Date.now()
}
