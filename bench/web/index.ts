import type { Measure } from '../contract.ts'
import { feed } from './feed.ts'
import { resuming } from './resume.ts'
import { streaming } from './streams.ts'

/** P10, P11 and P14. */
export const webMeasures: readonly Measure[] = [streaming, feed, resuming]
