/** Where one wanted to go before signing in, as `?to=` of `/sign-in`: a place of this site, or the beginning. */
export function destinationOf(query: Readonly<Record<string, string>>, origin: string): string {
  const asked = query['to']
  if (asked === undefined || !URL.canParse(asked, origin)) return '/'
  const to = new URL(asked, origin)
  if (to.origin !== origin || isDoor(to.pathname)) return '/'
  return `${to.pathname}${to.search}`
}

/** The address of signing in or up from here, which leads back to here. */
export function doorFrom(door: '/sign-in' | '/sign-up', location: { path: string; url: string; query: Query }): string {
  const to = isDoor(location.path) ? location.query['to'] : location.url
  return to === undefined || to === '/' ? door : `${door}?to=${encodeURIComponent(to)}`
}

type Query = Readonly<Record<string, string>>

function isDoor(path: string): boolean {
  return path === '/sign-in' || path === '/sign-up'
}
