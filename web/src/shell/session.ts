import { signal } from '@preact/signals'
import { createHttp } from '../api/http.ts'
import type { Account } from '../api/types.ts'
import { timelineApi } from '../api/timeline.ts'

/** Who is signed in: `undefined` until it is known, `null` for nobody. */
export const me = signal<Account | null | undefined>(undefined)

/** The client's one connection to the REST side. */
export const http = createHttp({ origin: '', onSignedOut: () => (me.value = null) })

/** The API by area; each area's part is beside it in `api/`. */
export const api = { timeline: timelineApi(http) }
