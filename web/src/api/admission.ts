import type { Http } from './http.ts'
import type { SessionKeeper } from './session-keeper.ts'

/**
 * What a client must have and say to be let in to the socket. A browser's cookie goes along by itself; who has tokens gets a
 * ticket, once for each connection, and offers it as a second subprotocol. A socket that was refused does not say why: the session is then looked at over REST. Errors: `ApiProblem`, 401 when it is over.
 */
export async function admit(http: Http, session: SessionKeeper, wasRefused: boolean): Promise<string[]> {
  if (session.tokens === 'body') {
    const { ticket } = await http.ask<{ ticket: string }>('/v1/socket-tickets', { method: 'POST' })
    return [`ticket.${ticket}`]
  }
  const { expiresAt } = session
  if (expiresAt !== undefined && expiresAt <= Date.now()) await http.refresh()
  if (wasRefused) await http.ask('/v1/me')
  return []
}
