import { accountsApi } from './accounts.ts'
import { adminApi } from './admin.ts'
import { createHttp } from './http.ts'
import { mediaApi } from './media.ts'
import { notificationsApi } from './notifications.ts'
import { peopleApi } from './people.ts'
import { roomsApi } from './rooms.ts'
import { cookieKeeper } from './session-keeper.ts'
import type { SessionKeeper } from './session-keeper.ts'
import { timelineApi } from './timeline.ts'

export interface ClientOptions {
  /** Of the site, without a slash at the end; empty in a browser, where it is the page's own. */
  origin: string
  /** A browser keeps its session in cookies; everybody else in a `tokenKeeper`. */
  session?: SessionKeeper
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
  /** Called when something was refused for want of a right: a role may have been taken away. */
  onForbidden?: () => void
}

export type Client = ReturnType<typeof createClient>

/** The REST side by area. Nothing is asked before something of it is called. */
export function createClient({ origin, session = cookieKeeper(), ...told }: ClientOptions) {
  const http = createHttp({ origin, session, ...told })
  return {
    http,
    session,
    accounts: accountsApi(http, session),
    people: peopleApi(http),
    timeline: timelineApi(http),
    rooms: roomsApi(http),
    notifications: notificationsApi(http),
    media: mediaApi(http, session),
    admin: adminApi(http),
  }
}
