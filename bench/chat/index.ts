import type { Measure } from '../contract.ts'
import { idleMeasure } from './idle.ts'
import { sideBySideMeasures } from './measures.ts'

/** P1–P6 and P9. */
export const chatMeasures: readonly Measure[] = [...sideBySideMeasures, idleMeasure]
