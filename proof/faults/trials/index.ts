import { clockTrials } from './clocks.ts'
import { databaseTrials } from './database.ts'
import { networkTrials } from './network.ts'
import { freeze, kill, rollingRestart } from './processes.ts'
import { queueTrials } from './queue.ts'
import { redisTrials } from './redis.ts'
import type { Trial } from './trial.ts'

const parts = ['server', 'worker', 'redis', 'database', 'nginx']

/** By name of the fault. */
export const trials: Readonly<Record<string, Trial>> = {
  ...Object.fromEntries(
    parts.flatMap((part): [string, Trial][] => [
      [`${part}: kill`, kill],
      [`${part}: freeze`, freeze],
      [`${part}: long freeze`, freeze],
    ]),
  ),
  'madang: rolling restart': rollingRestart,
  ...networkTrials,
  ...redisTrials,
  ...databaseTrials,
  ...queueTrials,
  ...clockTrials,
}
