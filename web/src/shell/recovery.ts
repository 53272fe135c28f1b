import { tellRecovery } from '../ui/recovery.ts'
import type { Link } from './connection-state.ts'
import { link } from './live.ts'

const lost: ReadonlySet<Link> = new Set(['offline', 'reconnecting'])

/** Once, before the first page is shown: what could not be read while the network or the servers were away is read when they are back. */
export function startRecovery(): void {
  let wasLost = false
  link.subscribe((now) => {
    const isLost = lost.has(now)
    if (wasLost && !isLost) tellRecovery()
    wasLost = isLost
  })
}
