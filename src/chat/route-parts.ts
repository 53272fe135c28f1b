import { z } from 'zod'
import type { Accounts } from '../accounts/index.ts'
import type { Config } from '../config.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { KnownRooms } from './access.ts'
import { roomId } from './frames.ts'
import type { Presence } from './presence.ts'
import type { ReadMarkers } from './read-markers.ts'
import type { SpeechRates } from './speech-rates.ts'

/** What the routes of chat are wired with. */
export interface RouteParts {
  sql: Sql
  ledger: Ledger
  config: Config
  log: Log
  profiles: Accounts['profiles']
  findByUsername: Accounts['findByUsername']
  rooms: KnownRooms
  presence: Presence
  markers: ReadMarkers
  rates: SpeechRates
}

export const roomParams = z.strictObject({ id: roomId })
