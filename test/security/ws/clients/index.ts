import type { Client } from './client.ts'
import { faye } from './faye.ts'
import { undici } from './undici.ts'
import { ws } from './ws.ts'
import { wsproto } from './wsproto.ts'

/** Four implementations of RFC 6455 by four hands: each is a client of our server, and none knows anything of it. */
export const foreigners: readonly Client[] = [ws, undici, faye, wsproto]
