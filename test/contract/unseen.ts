/** What is declared and cannot be seen here, and why. Whatever else is declared must be seen; what is seen must go from here. */
export const unseenAnswers: Readonly<Record<string, string>> = {
  'GET /v1/socket 101': 'fetch asks for no upgrade: the socket is opened by test/contract/live.test.ts',
}

/** Of the close codes those that live.test.ts does not bring about. */
export const unseenClosings: Readonly<Record<string, string>> = {
  goingAway: 'said by a browser or a proxy, never by a server of ours',
  policy: 'said by ws alone, for what it counts as abuse: test/security/ws/floods.test.ts',
  internal: 'said by ws alone, when a connection breaks within it',
  noPong: 'needs a client that does not answer pings: test/platform/ws',
  slow: 'needs a client that does not read: test/platform/ws',
  sessionExpired: 'needs a session that is found gone: test/accounts and test/platform/ws',
  removed: 'kept for an account that is removed, which comes with the deletion of accounts',
  draining: 'needs a server that stops: test/journeys/drain.test.ts',
}
