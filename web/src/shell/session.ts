import { signal } from '@preact/signals'
import { createClient } from '../api/client.ts'
import type { Account } from '../api/types.ts'

/** Who is signed in: `undefined` until it is known, `null` for nobody. */
export const me = signal<Account | null | undefined>(undefined)

/** The API by area, see `api/`. */
export const api = createClient({ origin: '', onSignedOut: () => (me.value = null) })
