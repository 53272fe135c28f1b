import type { Record } from '../checker/contract.ts'
import type { Patient } from '../faults/fault.ts'
import type { Line } from '../history/line.ts'

/** What is drilled: a stack of our own, or a site that somebody else runs. */
export interface Site {
  /** Where people come in. */
  address: string
  /** Single servers, where they can be reached past Nginx. */
  servers: readonly string[]
  /** Whether people also write posts there. */
  isTimelineIncluded: boolean
  patient: Patient
  grantMentor(username: string): Promise<void>
  /** Answers with the parts that were not ready in time. */
  untilWhole(withinMs: number): Promise<string[]>
  /** Of these rooms those whose closing is in no final state yet, in words. */
  unfinished(rooms: readonly string[]): Promise<string[]>
  /** Looks at what the run will be compared with; answers with how to read the record once it is over. */
  watch(): Promise<Watch>
}

export interface Watch {
  read(lines: readonly Line[]): Promise<Record>
}

/** Where runs go to, one after the other. */
export interface Sites {
  /** For who reads the output: what is other than on a site of others, or what cannot be done here. */
  readonly remarks: readonly string[]
  site(): Promise<Site>
  /** After a run that left something behind the next one begins on a new one; what this one logged goes to the folder. */
  renew(folder: string): Promise<void>
  close(): Promise<void>
}
