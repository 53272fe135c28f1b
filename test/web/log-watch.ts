import type { Page } from 'playwright-core'

/** What a reader of a room saw from frame to frame. */
export interface Seen {
  frames: number
  /** Half of the frames took at most this long, and 99 of 100. */
  p50: number
  p99: number
  /** How many tasks took 50 ms or more, and the longest. */
  longTasks: number
  longest: number
  /** The most lines that were in the page. */
  most: number
  /** The furthest that a line in sight moved other than by scrolling, in pixels, and which. */
  moved: number
  line: string
  /** How far the reader went, in pixels. */
  scrolled: number
  /** How often the client put the log somewhere itself. */
  placed: number
}

interface Watch {
  stop(): Seen
}

/**
 * Watches a room's log after each frame: a line that was in sight and still is must be where scrolling alone has put it. What the client does to
 * `scrollTop` itself is no scrolling: it is there to keep the lines where they are.
 */
export async function watchLog(page: Page): Promise<{ stop(): Promise<Seen> }> {
  const watch = await page.evaluateHandle(watchHere)
  return { stop: () => watch.evaluate((one) => one.stop()) }
}

/** Runs in the page. */
function watchHere(): Watch {
  const found = document.querySelector<HTMLElement>('.room-log')
  const own = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollTop')
  if (found === null || own?.get === undefined || own.set === undefined) throw new Error('there is no log')
  const log = found
  const [read, write] = [own.get, own.set]
  const topNow = (): number => read.call(log) as number
  let [placedPx, placed] = [0, 0]
  Object.defineProperty(log, 'scrollTop', {
    configurable: true,
    get: topNow,
    set(top: number) {
      const before = topNow()
      write.call(log, top)
      placedPx += topNow() - before
      placed += 1
    },
  })

  const frames: number[] = []
  const tasks: number[] = []
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  observer.observe({ type: 'longtask' })
  let [most, moved, line, distance] = [0, 0, '', 0]
  let isOver = false
  let last = {
    at: performance.now(),
    top: topNow(),
    lines: linesInSight(),
    extent: log.scrollHeight,
    heights: heights(),
  }

  function linesInSight(): Map<string, number> {
    const { top, bottom } = log.getBoundingClientRect()
    const lines = new Map<string, number>()
    for (const message of log.querySelectorAll<HTMLElement>('.message')) {
      const words = message.querySelector('.message-body') ?? message
      const place = words.getBoundingClientRect()
      if (place.bottom > top && place.top < bottom) lines.set(message.dataset['key'] ?? '', place.top - top)
    }
    return lines
  }

  /** Of each line in the page, and of what stands above them. */
  function heights(): Map<string, number> {
    const all = [...log.querySelectorAll<HTMLElement>('.room-log-lines > *')]
    return new Map(all.map((one) => [one.dataset['key'] ?? one.className, one.getBoundingClientRect().height]))
  }

  /** Which lines have come, gone, or become higher or lower. */
  function changesTo(now: ReadonlyMap<string, number>): string {
    const keys = [...new Set([...last.heights.keys(), ...now.keys()])]
    const changed = keys.filter((key) => last.heights.get(key) !== now.get(key))
    const told = changed.slice(0, 12).map((key) => `${key} ${last.heights.get(key) ?? '–'} → ${now.get(key) ?? '–'}`)
    return `${changed.length} lines changed: ${told.join(', ')}`
  }

  function look(at: number): void {
    frames.push(at - last.at)
    const [top, lines, extent] = [topNow(), linesInSight(), log.scrollHeight]
    // Of hundreds of lines, so only when all of them together have become longer or shorter: it is work that is watched, too.
    const now = extent === last.extent ? last.heights : heights()
    const scrolled = top - last.top - placedPx
    distance += Math.abs(scrolled)
    placedPx = 0
    for (const [key, place] of lines) {
      const before = last.lines.get(key)
      const by = before === undefined ? 0 : Math.abs(place - before + scrolled)
      if (by > moved) [moved, line] = [by, `${key}: ${before} → ${place}, scrolled ${scrolled}; ${changesTo(now)}`]
    }
    most = Math.max(most, log.querySelectorAll('.message').length)
    last = { at, top, lines, extent, heights: now }
  }

  const afterFrame = new MessageChannel()
  let frameAt = 0
  // A message that is sent before a frame is laid out and painted comes right after that.
  afterFrame.port1.addEventListener('message', () => {
    if (isOver) return
    look(frameAt)
    requestAnimationFrame(onFrame)
  })
  afterFrame.port1.start()
  function onFrame(at: number): void {
    frameAt = at
    afterFrame.port2.postMessage(undefined)
  }
  requestAnimationFrame(onFrame)

  return {
    stop() {
      isOver = true
      observer.disconnect()
      Reflect.deleteProperty(log, 'scrollTop')
      frames.sort((a, b) => a - b)
      const within = (part: number): number => Math.round(frames[Math.floor(frames.length * part)] ?? 0)
      return {
        ...{ frames: frames.length, p50: within(0.5), p99: within(0.99) },
        ...{ longTasks: tasks.length, longest: Math.round(Math.max(0, ...tasks)) },
        ...{ most, moved: Math.round(moved), line, scrolled: Math.round(distance), placed },
      }
    },
  }
}
