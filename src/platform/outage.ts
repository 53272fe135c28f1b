import { mysqlErrno } from './mysql.ts'

/**
 * Whether an error says that MySQL or Redis could not be reached or did not answer in time, rather than that we asked for the
 * wrong thing. Whoever hears it may try again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const errno = mysqlErrno(error)
  if (errno !== undefined) return busyOrLeaving.has(errno)
  if (outageNames.has(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && outageCodes.has(error.code)) return true
  return outageMessage.test(error.message)
}

/** What MySQL or MariaDB say themselves when another time would do: they are full, waiting for somebody else, or on their way out. */
const busyOrLeaving = new Set([
  1040, // too many connections
  1053, // shutting down
  1203, // too many connections of this user
  1205, // a lock was not to be had in time
  1213, // the victim of a deadlock, each time it was tried
  1290, // read-only, as after a failover
  1317, // the statement was ended by an operator
  1836, // read-only
  1927, // the connection was ended by an operator
  4031, // the connection was idle for too long
])

const outageNames = new Set(['MaxRetriesPerRequestError', 'KnexTimeoutError', 'TimeoutError', 'AggregateError'])
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  'PROTOCOL_CONNECTION_LOST',
])
/** `aborted` hears who waits for a connection to MySQL when this process closes its pool. */
const outageMessage =
  /^aborted$|^(Connection is closed|Command timed out|Stream isn't writeable|Reached the max retries)|connection is in closed state$|no answer within|^(LOADING|OOM|MISCONF|READONLY|TRYAGAIN|CLUSTERDOWN)\b/
