import { Chance } from '../chance.ts'
import { Complaints } from './complaints.ts'
import type { Load, StartLoad } from './contract.ts'
import { Crowd } from './crowd.ts'
import { Door } from './door.ts'
import { Notes } from './notes.ts'
import { until } from './patience.ts'
import { Rooms } from './rooms.ts'
import { Tasks } from './run.ts'
import type { Run } from './run.ts'
import { Timeline } from './timeline.ts'

export type * from './contract.ts'

/** Clients that speak the public protocol only, and write down what they did and saw. */
export const startLoad: StartLoad = async (options, history) => {
  const ending = new AbortController()
  const over = new AbortController()
  const run: Run = {
    options,
    chance: new Chance(options.seed),
    notes: new Notes(history),
    complaints: new Complaints(),
    doors: [new Door('front', options.address), ...options.servers.map((url, index) => new Door(`s${index + 1}`, url))],
    tasks: new Tasks(),
    ending: ending.signal,
    over: over.signal,
  }
  const crowd = new Crowd(run)
  const stop = async (): Promise<void> => {
    ending.abort()
    over.abort()
    crowd.leave()
    for (const door of run.doors) door.close()
    run.notes.end()
  }
  try {
    await crowd.gather()
    const rooms = new Rooms(run, crowd)
    await rooms.open()
    const timeline = options.isTimelineIncluded ? new Timeline(run, crowd) : undefined
    return loadOf({ run, crowd, rooms, timeline, endLines: () => ending.abort(), stop })
  } catch (error) {
    await stop()
    throw error
  }
}

interface Parts {
  run: Run
  crowd: Crowd
  rooms: Rooms
  timeline: Timeline | undefined
  endLines: () => void
  stop: () => Promise<void>
}

function loadOf({ run, crowd, rooms, timeline, endLines, stop }: Parts): Load {
  return {
    counts: () => ({ ...run.notes.counts, connected: crowd.connected }),
    rooms: () => rooms.opened,
    settled: () => rooms.settled,
    advice: () => run.complaints.advice,
    async finish(patienceMs) {
      const deadline = performance.now() + patienceMs
      endLines()
      await until(() => run.tasks.count === 0, deadline - patienceMs / 2)
      await rooms.close(deadline)
      await until(() => run.tasks.count === 0, deadline)
      await timeline?.settle(deadline)
    },
    stop,
  }
}
