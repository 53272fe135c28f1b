/** A client of the HTTP API as a test sees it. */
export interface Reply {
  status: number
  headers: Headers
  /** Empty when there is none. */
  body: Record<string, unknown>
}

export interface Call {
  body?: unknown
  token?: unknown
  headers?: Record<string, string>
}

export async function call(origin: string, line: string, options: Call = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const answer = await reach(`${origin}${path}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${String(options.token)}` }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) }
}

/** `fetch` says only that it failed, and why in a cause that no report of a test shows. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const cause = error instanceof Error ? String(error.cause) : String(error)
    throw new Error(`${init.method} ${url} was not answered: ${cause}`, { cause: error })
  }
}

export const goodPassword = 'correct horse battery'

let people = 0

/** Signs up somebody with a name that nobody has, and answers the tokens. */
export async function signUp(origin: string, name = 'alice', headers: Record<string, string> = {}): Promise<Person> {
  people += 1
  const username = `${name}_${people}`
  const body = { username, password: goodPassword, tokens: 'body' }
  return personOf(username, await call(origin, 'POST /v1/accounts', { body, headers }))
}

export async function signIn(origin: string, username: string, headers: Record<string, string> = {}): Promise<Person> {
  const body = { username, password: goodPassword, tokens: 'body' }
  return personOf(username, await call(origin, 'POST /v1/sessions', { body, headers }))
}

export interface Person {
  username: string
  session: string
  access: string
  refresh: string
}

function personOf(username: string, reply: Reply): Person {
  if (reply.status !== 201) throw new Error(`${username} could not come in: ${JSON.stringify(reply.body)}`)
  const { session, accessToken, refreshToken } = reply.body
  return { username, session: String(session), access: String(accessToken), refresh: String(refreshToken) }
}

/** Cookies of an answer, by name, with their flags. */
export function cookiesOf(reply: Reply): Map<string, { value: string; flags: string[] }> {
  return new Map(
    reply.headers.getSetCookie().map((line) => {
      const [pair = '', ...flags] = line.split('; ')
      const equals = pair.indexOf('=')
      return [pair.slice(0, equals), { value: pair.slice(equals + 1), flags }]
    }),
  )
}
