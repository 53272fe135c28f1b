/** Channels of Redis pub/sub. Whatever is lost there is found in MySQL. */
export const keys = {
  /** Rung when a transaction with events has committed: relays look. */
  told: 'events:told',
  /** Events that have been given their positions, as lines (see `event.ts`). */
  placed: 'events:placed',
} as const
