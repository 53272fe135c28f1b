import type { Config } from '../config.ts'
import type { Broker } from '../platform/broker.ts'
import { readInput } from '../platform/http/input.ts'
import type { Route } from '../platform/http/route.ts'
import type { Authenticate, Role, Viewer } from '../platform/http/viewer.ts'
import type { AccountId, MediaId, SessionId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import { createAccessTokens } from './access-tokens.ts'
import { displayName, newPassword, username } from './account.ts'
import type { Language, Person, Profile } from './account.ts'
import { personNamed } from './accounts.ts'
import { createAnnounce, hearAnnouncements } from './announcements.ts'
import type { Announcement, EndReason } from './announcements.ts'
import { soughtBy } from './beginnings.ts'
import { createAuthenticate } from './authenticate.ts'
import { makeAccount } from './credentials.ts'
import { accountLimits } from './limits.ts'
import { givePasswordTicket } from './password-tickets.ts'
import type { PasswordTicket } from './password-tickets.ts'
import { Passwords } from './passwords.ts'
import type { PictureUrlsOf } from './pictures.ts'
import { Profiles } from './profiles.ts'
import { grantRole } from './roles.ts'
import type { Grant } from './roles.ts'
import { accountRoutes } from './routes.ts'
import { namedAmong, namedByName, namedByUsername } from './search-store.ts'
import type { Named } from './search-store.ts'
import { createSessionCookies } from './session-cookies.ts'
import { viewerOfSession } from './session-store.ts'
import { SessionWatch } from './session-watch.ts'
import { accountsNamed, lockPicture, setPicture } from './store.ts'
import type { ProfilePicture } from './store.ts'
import { takeTicket } from './tickets.ts'

export { username } from './account.ts'
export type { Named } from './search-store.ts'
export type { Person, PictureUrls, Profile } from './account.ts'
export type { EndReason } from './announcements.ts'
export type { ProfilePicture } from './store.ts'
export { accessCookieName } from './session-cookies.ts'
export { isAnybodyHere } from './store.ts'
export { personView, presentPerson, presentPersonAmong } from './views.ts'

/** What accounts need to know of, and tell, the open sockets of this server. */
export interface OpenSockets {
  sessions(): Iterable<SessionId>
  /** May be told twice. */
  ended(sessions: SessionId[], reason: EndReason): void
  roleChanged(account: AccountId, role: Role): void
}

export interface Accounts {
  routes: Route[]
  /** For every door that sees the headers of a request. */
  authenticate: Authenticate
  /** For a WebSocket handshake; undefined when the ticket was used, is too old, or its session has ended. */
  redeemTicket(ticket: string): Promise<Viewer | undefined>
  /**
   * By one query at most, pictures included. Ids that nobody has are missing in the answer. Inside a transaction give it, so
   * that nobody who holds a connection waits for a second one.
   */
  profiles(ids: Iterable<AccountId>, sql?: Sql): Promise<Map<AccountId, Profile>>
  /** In any case. */
  findByUsername(name: string): Promise<Person | undefined>
  /** Those whom the names belong to, by one query; in any case. */
  accountsNamed(names: readonly string[]): Promise<AccountId[]>
  /** Which of these people have a username or a name that begins with what was typed, by one query. */
  namedAmong(typed: string, ids: readonly AccountId[]): Promise<Named[]>
  /** A page of those whose username begins so, by username. */
  namedByUsername(typed: string, page: Parameters<typeof namedByUsername>[2]): Promise<Named[]>
  /** A page of those whose name begins so and whose username does not, by name. */
  namedByName(typed: string, page: Parameters<typeof namedByName>[2]): Promise<Named[]>
  /** The picture of a profile, held until the transaction ends. */
  lockPicture(trx: Sql, account: AccountId): Promise<MediaId | undefined>
  /** Call `profileChanged` once that has committed. */
  setPicture(trx: Sql, account: AccountId, picture: ProfilePicture | undefined): Promise<void>
  /** Tells all servers to read a profile anew. Never rejects. */
  profileChanged(account: AccountId): Promise<void>
  /** For demo data and tools. Error: `username_taken`. */
  create(account: NewPerson): Promise<AccountId>
  /** Errors: `not_found`, `conflict` (the last admin). */
  grantRole(grant: Grant): Promise<void>
  /** By which somebody chooses another password, once and within these hours; on record. Error: `not_found`. */
  givePasswordTicket(asked: { username: string; hours: number }): Promise<PasswordTicket>
  /** Begins to hear what other servers announce; needed only where sockets are open. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface NewPerson {
  username: string
  password: string
  role: Role
  displayName?: string
  language?: Language
}

export interface AccountsOptions {
  sql: Sql
  /** A connection for commands. */
  redis: Redis
  broker: Broker
  config: Config
  log: Log
  sockets?: OpenSockets
  pictureUrls?: PictureUrlsOf
}

/** People by their ids, for a command that shows no pictures of them. */
export function profilesIn(sql: Sql): (ids: Iterable<AccountId>) => Promise<Map<AccountId, Profile>> {
  const profiles = new Profiles({ sql, pictureUrls: undefined })
  return (ids) => profiles.of(ids)
}

/** Throws `ConfigError` for token keys that could be guessed. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { sql, redis, broker, config, log, sockets, pictureUrls } = options
  const profiles = new Profiles({ sql, pictureUrls })
  const hear = (said: Announcement): void => {
    switch (said.type) {
      case 'ended':
        return sockets?.ended(said.sessions, said.reason)
      case 'role':
        return sockets?.roleChanged(said.account, said.role)
      case 'profile':
        return profiles.forget(said.account)
      default:
        return said satisfies never
    }
  }
  const parts = {
    ...{ sql, redis, config, log, pictureUrls },
    access: createAccessTokens({ keys: config.TOKEN_KEYS, minutes: config.ACCESS_TOKEN_MINUTES }),
    cookies: createSessionCookies({ publicOrigin: config.PUBLIC_ORIGIN, refreshDays: config.REFRESH_TOKEN_DAYS }),
    passwords: new Passwords({ atOnce: config.PASSWORD_HASHES_AT_ONCE, mostWaiting: config.PASSWORD_HASHES_WAITING }),
    announce: createAnnounce({ broker, log, hear }),
    limits: accountLimits(config),
  }
  let listening: Listening | undefined
  return {
    routes: accountRoutes({ ...parts, profiles: (ids) => profiles.of(ids) }),
    authenticate: createAuthenticate(parts),
    async redeemTicket(ticket) {
      const session = await takeTicket(redis, ticket)
      return session === undefined ? undefined : viewerOfSession(sql, session)
    },
    profiles: (ids, onto) => profiles.of(ids, onto),
    findByUsername: (name) => personNamed(parts, name),
    accountsNamed: (names) => accountsNamed(sql, names),
    namedAmong: (typed, ids) => namedAmong(sql, soughtBy(typed), ids),
    namedByUsername: (typed, page) => namedByUsername(sql, soughtBy(typed), page),
    namedByName: (typed, page) => namedByName(sql, soughtBy(typed), page),
    lockPicture,
    setPicture,
    profileChanged: (account) => parts.announce({ type: 'profile', account }),
    async create(person) {
      const { account } = await makeAccount(parts, parsePerson(person))
      return account
    },
    grantRole: (grant) => grantRole(parts, { ...grant, username: grant.username.toLowerCase() }),
    givePasswordTicket: (asked) => givePasswordTicket(parts, { ...asked, username: asked.username.toLowerCase() }),
    async start() {
      listening = await listen(options, hear)
    },
    async stop() {
      await listening?.stop()
    },
  }
}

interface Listening {
  stop(): Promise<void>
}

async function listen(options: AccountsOptions, hear: (said: Announcement) => void): Promise<Listening> {
  const { sql, broker, log, config, sockets } = options
  const unsubscribe = await hearAnnouncements(broker, hear)
  const watch = new SessionWatch({
    ...{ sql, broker, log },
    everySeconds: config.SESSION_CHECK_SECONDS,
    openSessions: () => sockets?.sessions() ?? [],
    onGone: (sessions) => hear({ type: 'ended', sessions, reason: 'gone' }),
  })
  return {
    async stop() {
      unsubscribe()
      await watch.stop()
    },
  }
}

/** The same rules as at the door, for those who come another way. */
function parsePerson(person: NewPerson) {
  return {
    username: readInput(username, person.username),
    password: readInput(newPassword, person.password),
    displayName: person.displayName === undefined ? undefined : readInput(displayName, person.displayName),
    language: person.language ?? 'ko',
    role: person.role,
  }
}
