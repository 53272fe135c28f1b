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

/** Of an answer that is a refusal. What stands before the servers answers without a problem document. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/problem+json')) return new ApiProblem((await response.json()) as ProblemDocument)
  await response.body?.cancel()
  return problemOfStatus(response.status, response.headers.get('retry-after'))
}

/** The same of a status alone. */
export function problemOfStatus(status: number, retryAfter: string | null): ApiProblem {
  const seconds = Number(retryAfter ?? Number.NaN)
  return new ApiProblem({
    code: codeOf(status),
    status,
    ...(Number.isFinite(seconds) ? { retryAfter: seconds } : {}),
  })
}

function codeOf(status: number): Code {
  if (status >= 500) return 'unavailable'
  if (status === 429) return 'rate_limited'
  if (status === 413) return 'body_too_large'
  return status === 404 ? 'not_found' : 'malformed'
}
