/** Names of what was missing, by what has become of it. */
export interface Found {
  /** Back from a backup. */
  brought: string[]
  /** Transcripts that were made of their rows again. */
  written: string[]
  /** Still. */
  missing: string[]
}
