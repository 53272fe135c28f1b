import type { SignedIn } from './types.ts'

/** Where a session is kept, and what is known of it without asking. */
export interface SessionKeeper {
  /** What the server is asked to do with the tokens. */
  readonly tokens: 'cookie' | 'body'
  /** Undefined when only the server can tell. */
  readonly isThere: boolean | undefined
  /** Of the access token, in milliseconds since 1970; undefined when it is not known. */
  readonly expiresAt: number | undefined
  /** Milliseconds since 1970 of the last sign-in or refresh, here or in another tab: another one after each. Clocks are set, so which of two is later says nothing. */
  readonly keptAt: number
  headers(): Readonly<Record<string, string>>
  /** What is sent to have the tokens exchanged. */
  exchange(): { refreshToken?: string }
  keep(signedIn: SignedIn): void
  forget(): void
  /** One at a time among all who share this session. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export interface Tokens {
  accessToken: string
  refreshToken: string
}

/** For everybody but browsers: tokens in one's own hands. `onTokens` is told them, to keep them for the next start. */
export function tokenKeeper(given?: Tokens, onTokens?: (tokens: Tokens | undefined) => void): SessionKeeper {
  let tokens = given
  let expiresAt: number | undefined
  let keptAt = 0
  return {
    tokens: 'body',
    get isThere() {
      return tokens !== undefined
    },
    get expiresAt() {
      return expiresAt
    },
    get keptAt() {
      return keptAt
    },
    headers: (): Record<string, string> =>
      tokens === undefined ? {} : { authorization: `Bearer ${tokens.accessToken}` },
    exchange: () => (tokens === undefined ? {} : { refreshToken: tokens.refreshToken }),
    keep({ accessToken, refreshToken, expiresInSeconds }) {
      if (accessToken === undefined || refreshToken === undefined) return
      tokens = { accessToken, refreshToken }
      keptAt = Date.now()
      expiresAt = keptAt + expiresInSeconds * 1000
      onTokens?.(tokens)
    },
    forget() {
      tokens = undefined
      expiresAt = undefined
      onTokens?.(undefined)
    },
    alone: (work) => work(),
  }
}

const place = 'madang-session'

interface Mark {
  keptAt: number
  expiresAt: number
}

/**
 * For browsers: the tokens are in cookies that no script can read. What a script may know, that there is a session and when its
 * access token expires, stands in `localStorage` for all tabs; so nobody is asked who is not there, and what has expired is exchanged before it
 * is refused. Two tabs must not exchange at once: they take turns by a Web Lock, and the second finds that it has been done. (What one tab
 * writes another may read a moment later; then it exchanges the new token once more, which does no harm.)
 */
export function cookieKeeper(): SessionKeeper {
  return {
    tokens: 'cookie',
    get isThere() {
      const mark = readMark()
      return mark === 'unknown' ? undefined : mark !== undefined
    },
    get expiresAt() {
      const mark = readMark()
      return typeof mark === 'object' ? mark.expiresAt : undefined
    },
    get keptAt() {
      const mark = readMark()
      return typeof mark === 'object' ? mark.keptAt : 0
    },
    headers: () => ({}),
    exchange: () => ({}),
    keep({ expiresInSeconds }) {
      const keptAt = Date.now()
      writeMark({ keptAt, expiresAt: keptAt + expiresInSeconds * 1000 })
    },
    forget: () => writeMark(undefined),
    async alone<T>(work: () => Promise<T>): Promise<T> {
      return 'locks' in navigator ? await navigator.locks.request(place, work) : work()
    },
  }
}

/** `unknown` where a browser keeps nothing for us. */
function readMark(): Mark | 'unknown' | undefined {
  try {
    const text = localStorage.getItem(place)
    return text === null ? undefined : parseMark(text)
  } catch {
    return 'unknown'
  }
}

function parseMark(text: string): Mark {
  const { keptAt, expiresAt } = JSON.parse(text) as Partial<Mark>
  return { keptAt: Number(keptAt) || 0, expiresAt: Number(expiresAt) }
}

function writeMark(mark: Mark | undefined): void {
  try {
    if (mark === undefined) localStorage.removeItem(place)
    else localStorage.setItem(place, JSON.stringify(mark))
  } catch {
    // Where nothing can be kept, the server is asked instead.
  }
}
