/**
 * Every error that may leave the server, as one table: the same `code` travels in problem+json (HTTP),
 * in `error` frames (ws) and in job failures.
 *
 * `status` is the HTTP status, `close` the ws close code where the socket cannot go on, `outcome` what the sender
 * of a message may conclude: `fail` means it was definitely not kept, `unknown` means ask again with the same id.
 */
export const codes = {
  not_signed_in: { status: 401, close: 4500, outcome: 'fail', title: 'Not signed in' },
  session_expired: { status: 401, close: 4010, outcome: 'fail', title: 'The session has expired' },
  bad_credentials: { status: 401, outcome: 'fail', title: 'Wrong username or password' },
  forbidden: { status: 403, outcome: 'fail', title: 'Not allowed' },
  muted: { status: 403, outcome: 'fail', title: 'Only who has the word may speak here now' },
  not_member: { status: 403, outcome: 'fail', title: 'Not a member of this room' },
  not_found: { status: 404, outcome: 'fail', title: 'Not found' },
  method_not_allowed: { status: 405, outcome: 'fail', title: 'This method is not offered here' },
  conflict: { status: 409, outcome: 'fail', title: 'In conflict with the present state' },
  username_taken: { status: 409, outcome: 'fail', title: 'This username is taken' },
  room_closed: { status: 409, outcome: 'fail', title: 'The room is closed' },
  room_full: { status: 409, outcome: 'fail', title: 'No seat is free' },
  storage_full: { status: 409, outcome: 'fail', title: 'No space is left for pictures of this account' },
  not_ready: { status: 409, outcome: 'fail', title: 'Not ready yet' },
  key_in_use: { status: 409, outcome: 'fail', title: 'A request with this Idempotency-Key is still running' },
  cursor_expired: { status: 410, outcome: 'fail', title: 'The cursor is older than what is kept' },
  body_too_large: { status: 413, outcome: 'fail', title: 'The body is too large' },
  frame_too_large: { status: 413, close: 1009, outcome: 'fail', title: 'The frame is too large' },
  upgrade_required: { status: 426, outcome: 'fail', title: 'Only a WebSocket is offered here' },
  unsupported_media_type: { status: 415, outcome: 'fail', title: 'This content type is not accepted' },
  unsupported_picture: { status: 415, outcome: 'fail', title: 'This is not a picture of a kind that is accepted' },
  malformed: { status: 400, outcome: 'fail', title: 'The request cannot be read' },
  bad_input: { status: 422, outcome: 'fail', title: 'The input is not valid' },
  bad_id: { status: 422, outcome: 'fail', title: 'The message id is not valid' },
  unsupported: { status: 422, outcome: 'fail', title: 'This is not supported' },
  key_reused: { status: 422, outcome: 'fail', title: 'This Idempotency-Key came with another request before' },
  broken_picture: { status: 422, outcome: 'fail', title: 'The picture cannot be decoded' },
  picture_too_large: { status: 422, outcome: 'fail', title: 'The picture has too many pixels' },
  rate_limited: { status: 429, close: 4009, outcome: 'fail', title: 'Too many requests' },
  buffer_full: { status: 503, outcome: 'fail', title: 'The room cannot take more messages right now' },
  unavailable: { status: 503, outcome: 'unknown', title: 'The service is not available right now' },
  timeout: { status: 503, outcome: 'unknown', title: 'No answer in time' },
  internal: { status: 500, outcome: 'unknown', title: 'Internal error' },
} as const satisfies Record<string, CodeFacts>

interface CodeFacts {
  status: number
  close?: number
  outcome: 'fail' | 'unknown'
  title: string
}

export type Code = keyof typeof codes

/** One invalid part of an input; `pointer` is an RFC 6901 JSON pointer into the body, query or frame. */
export interface InputFault {
  pointer: string
  code: string
  detail: string
}

export interface ProblemDetails {
  detail?: string
  /** Seconds after which a repeat makes sense: becomes `Retry-After`. */
  retryAfter?: number
  errors?: InputFault[]
  /** Further public members of the problem document, such as `epoch` and `lastSeq` of a closed room. */
  members?: Record<string, unknown>
  cause?: unknown
}

/** An expected error: a kind with a code. Doors translate it; nobody logs it as a failure of the server. */
export class Problem extends Error {
  readonly code: Code
  readonly retryAfter: number | undefined
  readonly errors: InputFault[] | undefined
  readonly members: Record<string, unknown>

  constructor(code: Code, details: ProblemDetails = {}) {
    super(details.detail ?? codes[code].title, { cause: details.cause })
    this.name = 'Problem'
    this.code = code
    this.retryAfter = details.retryAfter
    this.errors = details.errors
    this.members = details.members ?? {}
  }

  get status(): number {
    return codes[this.code].status
  }

  /** The RFC 9457 document, the same for HTTP bodies and ws `error` frames. */
  toDocument(requestId: string | undefined): Record<string, unknown> {
    const { status, title } = codes[this.code]
    return {
      type: `urn:madang:problem:${this.code}`,
      title,
      status,
      ...(this.message === title ? {} : { detail: this.message }),
      code: this.code,
      ...this.members,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }
}
