import type { SessionId } from '../platform/ids.ts'

const mostKnown = 10_000

/**
 * Tokens whose signature and claims were found right, until they expire: a client sends the same one for ten minutes, and to verify it
 * costs more than to read the session it names. Nothing else is taken for granted: session and role are read with every request.
 */
export class KnownTokens {
  /** The oldest first: a Map keeps the order of insertion. */
  readonly #known = new Map<string, { session: SessionId; expiresAt: number }>()

  /** Undefined when the token must be verified. */
  sessionOf(token: string): SessionId | undefined {
    const known = this.#known.get(token)
    if (known === undefined) return undefined
    if (Date.now() < known.expiresAt) return known.session
    this.#known.delete(token)
    return undefined
  }

  /** `expiresAt` in milliseconds since the epoch. */
  remember(token: string, session: SessionId, expiresAt: number): void {
    this.#known.set(token, { session, expiresAt })
    if (this.#known.size <= mostKnown) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
