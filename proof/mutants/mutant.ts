import type { Rule } from '../checker/contract.ts'
import type { Scenario } from './scenario.ts'

/** A text that stands exactly once in a file of the tree, and what stands there instead. */
export interface Edit {
  file: string
  text: string
  instead: string
}

/** A variant of Madang with one rule of it taken out. */
export interface Mutant {
  name: string
  /** The mistake, in a sentence. */
  says: string
  edits: readonly Edit[]
  /** What it is shown in. */
  scenario: Scenario
  /** Of these at least one must be reported. None: another line of defence holds, and nothing may be reported. */
  expects: readonly Rule[]
  /** What such a violation says of this very mistake, in its sentence or its proof. Undefined where nothing may be reported. */
  words: RegExp | undefined
  /** The mistake keeps its scenario from the moment that it is about. */
  isMomentHidden?: true
}
