import type { Measure } from '../contract.ts'

/** P1–P6 and P9. */
export const chatMeasures: readonly Measure[] = []
