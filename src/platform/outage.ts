import { busyOrLeaving } from './mysql-errors.ts'
import { mysqlErrno } from './mysql.ts'

/**
 * Whether an error says that MySQL, Redis or a disk could not be reached, is full or did not answer in time, rather than that we
 * asked for the wrong thing. Whoever hears it may try again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const errno = mysqlErrno(error)
  if (errno !== undefined) return busyOrLeaving.has(errno)
  if (outageNames.has(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && outageCodes.has(error.code)) return true
  return outageMessage.test(error.message)
}

const outageNames = new Set(['MaxRetriesPerRequestError', 'KnexTimeoutError', 'TimeoutError', 'AggregateError'])
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  'PROTOCOL_CONNECTION_LOST',
  // Of a disk of our own, as where pictures are kept.
  ...['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'],
])
/** `aborted` hears who waits for a connection to MySQL when this process closes its pool. */
const outageMessage =
  /^aborted$|^(Connection is closed|Command timed out|Stream isn't writeable|Reached the max retries)|connection is in closed state$|no answer within|^(LOADING|OOM|MISCONF|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|BUSY)\b|^ERR max number of clients reached/
