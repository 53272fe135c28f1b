import { ApiProblem } from './problem.ts'
import type { Http } from './http.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { Account, Page, Session, SignedIn } from './types.ts'

export interface NewAccount {
  username: string
  password: string
  displayName?: string
  language?: Account['language']
}
export type ProfileChange = Partial<Pick<Account, 'displayName' | 'bio' | 'area' | 'language'>>

/** Signing up, in and out, sessions, and my own account. Errors of all: `ApiProblem`. */
export function accountsApi(http: Http, session: SessionKeeper) {
  async function begin(path: string, body: object): Promise<SignedIn> {
    const made = await http.ask<SignedIn>(path, { method: 'POST', body: { ...body, tokens: session.tokens } })
    session.keep(made)
    return made
  }
  return {
    signUp: (account: NewAccount) => begin('/v1/accounts', account),
    signIn: (given: { username: string; password: string }) => begin('/v1/sessions', given),
    /** Ends all my sessions before. Error: `bad_credentials` for a ticket that is not good, or not any more. */
    signInByTicket: (given: { ticket: string; newPassword: string }) => begin('/v1/sessions/by-ticket', given),
    /** Ends this session. One that is over already is no error. */
    async signOut(): Promise<void> {
      try {
        await http.ask<void>('/v1/sessions/current', { method: 'DELETE' })
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 401) throw error
      }
      session.forget()
    },
    me: () => http.ask<Account>('/v1/me'),
    /** Who is signed in here, null for nobody. Where it is known that nobody is, no server is asked. */
    async whoAmI(): Promise<Account | null> {
      if (session.isThere === false) return null
      try {
        return await http.ask<Account>('/v1/me')
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return null
        throw error
      }
    },
    update: (change: ProfileChange) => http.ask<Account>('/v1/me', { method: 'PATCH', body: change }),
    /** Ends my other sessions. Errors: `forbidden` for a wrong current one. */
    changePassword: (passwords: { currentPassword: string; newPassword: string }) =>
      http.ask<void>('/v1/me/password', { method: 'PUT', body: passwords }),
    /** An own, unused picture. Error: `not_ready` until its files are there. */
    showPicture: (media: string) => http.ask<void>('/v1/me/picture', { method: 'PUT', body: { media } }),
    removePicture: () => http.ask<void>('/v1/me/picture', { method: 'DELETE' }),
    sessions: () => http.ask<Page<Session>>('/v1/sessions'),
    endSession: (id: string) => http.ask<void>(`/v1/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  }
}
