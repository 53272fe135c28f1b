import type { Mutant } from './mutant.ts'
import { closingMutants } from './kinds/closing.ts'
import { flushingMutants } from './kinds/flushing.ts'
import { losingMutants } from './kinds/losing.ts'
import { sendingMutants } from './kinds/sending.ts'
import { tellingMutants } from './kinds/telling.ts'

export const mutants: readonly Mutant[] = [
  ...sendingMutants,
  ...flushingMutants,
  ...losingMutants,
  ...closingMutants,
  ...tellingMutants,
]
