/** Who speaks to the API in the name of a demo account. */
export interface Caller {
  ask(method: string, path: string, body?: unknown): Promise<unknown>
  /** Answers with the id of the picture. */
  upload(photograph: Buffer): Promise<string>
}

export type Callers = (name: string) => Caller

export async function signInAll(
  origin: string,
  people: readonly { username: string; password: string }[],
): Promise<Callers> {
  const callers = new Map<string, Caller>()
  for (const { username, password } of people) callers.set(username, await signIn(origin, { username, password }))
  return (name) => {
    const caller = callers.get(name)
    if (caller === undefined) throw new Error(`nobody is called ${name}`)
    return caller
  }
}

async function signIn(origin: string, person: { username: string; password: string }): Promise<Caller> {
  const answer = await call(origin, undefined, 'POST', '/v1/sessions', { ...person, tokens: 'body' })
  const { accessToken } = answer as { accessToken: string }
  return {
    ask: (method, path, body) => call(origin, accessToken, method, path, body),
    async upload(photograph) {
      const form = new FormData()
      form.append('file', new Blob([new Uint8Array(photograph)], { type: 'image/jpeg' }), 'photograph.jpg')
      return ((await call(origin, accessToken, 'POST', '/v1/media', form)) as { id: string }).id
    },
  }
}

async function call(
  origin: string,
  token: string | undefined,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const isForm = body instanceof FormData
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
