import type { Measure } from '../contract.ts'
import { appendMeasure } from './append.ts'
import { closingMeasure } from './closing.ts'
import { flushMeasure } from './flush.ts'
import { memoryMeasure } from './memory.ts'

/** P7, P8, P12 and P13. */
export const ledgerMeasures: readonly Measure[] = [appendMeasure, flushMeasure, closingMeasure, memoryMeasure]
