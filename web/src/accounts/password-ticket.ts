/** What a link for a new password has behind its #, as `src/accounts/password-tickets.ts` makes it. */
export interface PasswordTicket {
  username: string
  ticket: string
}

const pattern = /^#(([a-z0-9_]{3,30})\.[\w-]{43})$/

/** Undefined for a link that is not whole. */
export function ticketIn(hash: string): PasswordTicket | undefined {
  const [, ticket, username] = pattern.exec(hash) ?? []
  return ticket === undefined || username === undefined ? undefined : { ticket, username }
}
