import type { Code, InputFault } from './types.ts'

/** `offline`: no answer came, and what was asked for may have happened or not. */
export type Trouble = Code | 'offline'

/** What was refused, as the server says it (RFC 9457), or that no answer came. Words for people are made from `code`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly code: Trouble
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly faults: readonly InputFault[]
  /** Seconds to wait before the next try. */
  readonly retryAfter: number | undefined
  /** Names the request in the logs of the server. */
  readonly requestId: string | undefined

  constructor(details: ProblemDocument) {
    super(details.detail ?? details.title ?? details.code)
    this.code = details.code
    this.status = details.status ?? 0
    this.faults = details.errors ?? []
    this.retryAfter = details.retryAfter
    this.requestId = details.requestId
  }
}

/** The members of a problem document (and of an `error` frame) that a client reads. */
export interface ProblemDocument {
  code: Trouble
  title?: string
  status?: number
  detail?: string
  errors?: InputFault[]
  retryAfter?: number
  requestId?: string
}
