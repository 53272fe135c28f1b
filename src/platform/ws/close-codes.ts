/**
 * Every close code of the socket and what it tells the client to do: come back and resume (at once, or after a wait that
 * doubles), or stay away until a person has changed something.
 */
export const closeCodes = {
  goingAway: { code: 1001, advice: 'resume' },
  unsupportedFrame: { code: 1003, advice: 'stay_away' },
  badUtf8: { code: 1007, advice: 'stay_away' },
  policy: { code: 1008, advice: 'stay_away' },
  frameTooLarge: { code: 1009, advice: 'stay_away' },
  internal: { code: 1011, advice: 'resume_later' },
  draining: { code: 4001, advice: 'resume' },
  noPong: { code: 4002, advice: 'resume' },
  slow: { code: 4008, advice: 'resume' },
  rateLimited: { code: 4009, advice: 'resume_later' },
  sessionExpired: { code: 4010, advice: 'refresh_and_resume' },
  notSignedIn: { code: 4500, advice: 'stay_away' },
  removed: { code: 4503, advice: 'stay_away' },
  tooManyConnections: { code: 4504, advice: 'stay_away' },
  protocolVersion: { code: 4520, advice: 'stay_away' },
} as const satisfies Record<string, { code: number; advice: string }>

export type CloseReason = keyof typeof closeCodes
