import { hash } from 'node:crypto'
import type { SessionId } from '../platform/ids.ts'

const mostKnown = 10_000

/**
 * Tokens whose signature and claims were found right, until they expire: a client sends the same one for ten minutes, and to verify it
 * costs more than to read the session it names. Nothing else is taken for granted: session and role are read with every request.
 */
export class KnownTokens {
  /**
   * By their hashes, which are short, and worth nothing to whoever reads this memory. The oldest first: a Map keeps the order of insertion.
   */
  readonly #known = new Map<string, { session: SessionId; expiresAt: number }>()

  /** Undefined when the token must be verified. */
  sessionOf(token: string): SessionId | undefined {
    const name = nameOf(token)
    const known = this.#known.get(name)
    if (known === undefined) return undefined
    if (Date.now() < known.expiresAt) return known.session
    this.#known.delete(name)
    return undefined
  }

  /** `expiresAt` in milliseconds since the epoch. */
  remember(token: string, session: SessionId, expiresAt: number): void {
    this.#known.set(nameOf(token), { session, expiresAt })
    if (this.#known.size <= mostKnown) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
