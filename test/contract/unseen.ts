/** What is declared and cannot be seen here, and why. Whatever else is declared must be seen; what is seen must go from here. */
export const unseenAnswers: Readonly<Record<string, string>> = {
  'GET /v1/socket 101': 'fetch asks for no upgrade: the socket is opened by test/contract/live.test.ts',
}

/** Lists that hold nothing here, and why. */
export const emptyLists: Readonly<Record<string, string>> = {
  'GET /v1/admin/closings/:id/findings': 'nothing is wrong with that closing: test/admin/closings.test.ts',
  'GET /v1/rooms/:id/people': 'nobody has a socket: test/chat/presence.test.ts',
}
