import cliProgress from 'cli-progress'
import type { ReplayProgress } from './run.ts'

/** A progress bar for each room, on a terminal; without one a line now and then. */
export function progressBars(): { progress: ReplayProgress; stop(): void } {
  const bars = new cliProgress.MultiBar(
    {
      format: '{room} {bar} {percentage}% {value}/{total} lines, {eta_formatted} left',
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  )
  return {
    progress(room, total) {
      const bar = bars.create(total, 0, { room: room.slice(0, 16).padEnd(16) })
      return { spoken: () => bar.increment(), end: () => bar.update(bar.getTotal()) }
    },
    stop: () => bars.stop(),
  }
}
