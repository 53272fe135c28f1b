import { chatMeasures } from './chat/index.ts'
import type { Measure } from './contract.ts'
import { ledgerMeasures } from './ledger/index.ts'
import { webMeasures } from './web/index.ts'

/** All that can be measured, in the order of their numbers. */
export const measures: readonly Measure[] = [...chatMeasures, ...ledgerMeasures, ...webMeasures].toSorted(
  (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)),
)
