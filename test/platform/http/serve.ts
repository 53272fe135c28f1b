import type { ExecutionContext } from 'ava'
import { createServer } from 'node:http'
import { pino } from 'pino'
import { createHttpApp } from '../../../src/platform/http/app.ts'
import type { HttpAppOptions } from '../../../src/platform/http/app.ts'
import { describeApi } from '../../../src/platform/http/openapi/document.ts'
import type { Identity, Role } from '../../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../../src/platform/ids.ts'
import { holdToDocument } from '../../support/held.ts'
import { listening } from '../../support/listening.ts'

export interface Served {
  origin: string
  /** What was logged, one object a line. */
  lines: Record<string, unknown>[]
}

/** A server of these routes until the test ends. */
export async function serve(t: ExecutionContext, options: Omit<HttpAppOptions, 'log'>): Promise<Served> {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const server = createServer(createHttpApp({ log, isAnswerChecked: true, ...options }).callback())
  const { origin, close } = await listening(server)
  t.teardown(close)
  if (options.limits !== undefined) {
    holdToDocument([origin], () => describeApi(options.routes, { accessCookie: 'madang-access' }))
  }
  return { origin, lines }
}

/** Somebody whose `x-role` header, or else a cookie of that name, is believed. */
export async function believing(headers: NodeJS.Dict<string | string[]>): Promise<Identity> {
  const bearer = /^Bearer (\w+)$/.exec(String(headers['authorization']))?.[1]
  const cookie = /^role=(\w+)$/.exec(String(headers['cookie']))?.[1]
  const role = bearer ?? cookie
  if (role === undefined) return { type: 'anonymous' }
  if (role === 'expired') return { type: 'refused', code: 'session_expired' }
  return {
    type: 'signed_in',
    by: bearer === undefined ? 'cookie' : 'bearer',
    viewer: { account: 7 as AccountId, session: 'session' as SessionId, username: 'alice', role: role as Role },
  }
}
