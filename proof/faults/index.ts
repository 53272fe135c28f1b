import { clockFaults } from './clocks.ts'
import { databaseFaults } from './database.ts'
import { diskFaults } from './disks.ts'
import type { Fault } from './fault.ts'
import { networkFaults } from './network.ts'
import { processFaults } from './processes.ts'
import { queueFaults } from './queue.ts'
import { redisFaults } from './redis.ts'

/** Everything that can be done to a stack, by name. */
export const allFaults: readonly Fault[] = [
  ...processFaults,
  ...networkFaults,
  ...redisFaults,
  ...databaseFaults,
  ...diskFaults,
  ...queueFaults,
  ...clockFaults,
]
