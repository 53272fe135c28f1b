/** Whether this page is of the build that is served now, and what to do when it is not: the parts of an old one are gone. */

const kept = 'madang-reloaded'
/** A page that was reloaded for a new build and still lacks a part has another trouble. */
const onceWithinMs = 60_000

/** True when the site's page names another program than the one that runs here. False also when it cannot be asked. */
export async function isOutdated(): Promise<boolean> {
  const own = ownProgram()
  if (own === undefined) return false
  try {
    const response = await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } })
    return response.ok && !(await response.text()).includes(own)
  } catch {
    return false
  }
}

/** Loads the page anew, with the build of today; false when that was tried just now. */
export function reloadOnce(): boolean {
  const last = Number(readKept())
  if (Date.now() - last < onceWithinMs) return false
  try {
    sessionStorage.setItem(kept, String(Date.now()))
  } catch {
    return false
  }
  location.reload()
  return true
}

function ownProgram(): string | undefined {
  return document.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src') ?? undefined
}

function readKept(): string | null {
  try {
    return sessionStorage.getItem(kept)
  } catch {
    return null
  }
}
