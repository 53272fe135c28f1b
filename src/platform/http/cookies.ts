export interface SetCookie {
  name: string
  value: string
  path: string
  /** Seconds; 0 takes the cookie away. */
  maxAge: number
  isSecure: boolean
}

const none: ReadonlyMap<string, string> = new Map()

/** The cookies of a `Cookie` header. Of two with one name the first counts: browsers send the longest path first. */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  if (header === undefined) return none
  const cookies = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 1) continue
    const name = pair.slice(0, equals).trim()
    if (!cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim())
  }
  return cookies
}

/** Scripts never see a cookie of ours, and other sites never cause one to be sent with an unsafe method. */
export function writeCookie(cookie: SetCookie): string {
  const flags = `Path=${cookie.path}; Max-Age=${cookie.maxAge}; HttpOnly; SameSite=Lax`
  return `${cookie.name}=${cookie.value}; ${flags}${cookie.isSecure ? '; Secure' : ''}`
}
