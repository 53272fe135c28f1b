export type UsernameFault = 'usernameShort' | 'usernameLong' | 'usernameLetters'

/** What the server would refuse about a username (src/accounts/account.ts); undefined when it may be free. */
export function usernameFault(username: string): UsernameFault | undefined {
  if (!/^[A-Za-z0-9_]*$/.test(username)) return 'usernameLetters'
  if (username.length > 30) return 'usernameLong'
  return username.length < 3 ? 'usernameShort' : undefined
}
