import cliProgress from 'cli-progress'
import type { Progress } from './community.ts'

/** A progress bar on a terminal; without one a line now and then. */
export function progressBar(): Progress & { stop(): void } {
  const bar = new cliProgress.SingleBar(
    {
      format: '{what} {bar} {percentage}% {value}/{total}, {eta_formatted} left',
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  )
  return {
    begin(what, total, done) {
      bar.stop()
      bar.start(total, done, { what: what.padEnd(8) })
    },
    done: (count) => bar.increment(count),
    stop: () => bar.stop(),
  }
}
