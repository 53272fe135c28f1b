import { signal } from '@preact/signals'
import { createClient } from '../api/client.ts'
import type { Account } from '../api/types.ts'

/** Who is signed in: `undefined` until it is known, `null` for nobody. */
export const me = signal<Account | null | undefined>(undefined)

let isLeaving = false

/** The session turned out to be over. */
export function sessionLost(): void {
  if (!isLeaving) me.value = null
}

/** Somebody signs out: until all of theirs is put away, nobody is let in by whatever else finds the session over, as their socket does. */
export async function whileLeaving<T>(work: () => Promise<T>): Promise<T> {
  isLeaving = true
  try {
    return await work()
  } finally {
    isLeaving = false
  }
}

/** The API by area, see `api/`. */
export const api = createClient({ origin: '', onSignedOut: sessionLost, onForbidden: () => void readRole() })

/** Reads my role again: it may be given and taken while one is here, and nobody tells of it. */
export async function readRole(): Promise<void> {
  const known = me.peek()
  if (!known) return
  const found = await api.accounts.whoAmI().catch(() => undefined)
  if (found?.id === known.id && found.role !== known.role && me.peek() === known) me.value = found
}
