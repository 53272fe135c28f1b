import { z } from 'zod'
import { Problem } from '../../tools/problem.ts'

export interface Credentials {
  username: string
  password: string
}

const signedIn = z.object({ accessToken: z.string() })
const closing = z.object({ state: z.string() })
/** Less than the shortest life that is usual for an access token. */
const tokenLifeMs = 4 * 60_000
const tries = 20

/** An admin's account on a site, by its public interface. */
export class Admin {
  readonly #address: string
  readonly #credentials: Credentials
  #token: { text: string; until: number } | undefined

  constructor(address: string, credentials: Credentials) {
    this.#address = address
    this.#credentials = credentials
  }

  /** Errors: a Problem where the site does not let the account in. */
  async token(): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.until) return this.#token.text
    const body = { ...this.#credentials, tokens: 'body' }
    const response = await this.#ask('POST', '/v1/sessions', body, undefined)
    if (!response.ok) {
      throw new Problem(`${this.#address} does not let ${this.#credentials.username} in (${response.status})`)
    }
    const { accessToken } = signedIn.parse(await response.json())
    this.#token = { text: accessToken, until: performance.now() + tokenLifeMs }
    return accessToken
  }

  async grantMentor(username: string): Promise<void> {
    const path = `/v1/admin/people/${username}/role`
    const response = await this.#ask('PUT', path, { role: 'mentor' }, await this.token())
    if (!response.ok) {
      throw new Problem(`${this.#credentials.username} may not make mentors at ${this.#address} (${response.status})`)
    }
  }

  /** Undefined for a room that nobody has asked to close. */
  async closingState(room: string): Promise<string | undefined> {
    const response = await this.#ask('GET', `/v1/rooms/${room}/closing`, undefined, await this.token())
    return response.ok ? closing.parse(await response.json()).state : undefined
  }

  /** A site that is being broken may need some tries; all that is asked here can be asked twice. */
  async #ask(method: string, path: string, body: unknown, token: string | undefined): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(new URL(path, this.#address), {
          method,
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(10_000),
        })
        if (response.status < 500 || attempt === tries) return response
      } catch (error) {
        if (attempt === tries) throw new Problem(`${this.#address} does not answer: ${String(error)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}
