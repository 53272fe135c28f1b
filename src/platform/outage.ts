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

/**
 * What MySQL or MariaDB say themselves when another time would do: they are full, failing, waiting for somebody else, or on their
 * way out. None of these can come of a statement that is wrong.
 */
const busyOrLeaving = new Set([
  1004, // a temporary file could not be made
  1021, // the disk is full
  1023, // a file could not be closed
  1024, // a file could not be read
  1026, // a file could not be written
  1030, // the storage engine failed: its own number stands in the message, as 28 of a full disk
  1037, // out of memory
  1040, // too many connections
  1041, // out of memory or of file handles
  1053, // shutting down
  1114, // no room for another row: the disk is full
  1129, // this host is blocked after many broken connections
  1135, // no thread could be made
  1152, // the connection was given up in the middle
  1158, // the server could not read from us
  1159, // nor in time
  1160, // nor write to us
  1161, // nor in time
  1180, // COMMIT failed
  1184, // the connection was given up before it was one
  1203, // too many connections of this user
  1205, // a lock was not to be had in time
  1206, // no room for more locks
  1213, // the victim of a deadlock, each time it was tried
  1226, // this user has used up what the hour allows
  1290, // read-only, as after a failover
  1297, // the storage engine failed, and says itself that it will pass
  1317, // the statement was ended by an operator
  1637, // no room for more transactions
  1836, // read-only
  1878, // a temporary file could not be written
  1927, // MariaDB: the connection was ended by an operator
  1969, // MariaDB: the statement took longer than an operator allows
  3019, // no room to undo
  3024, // MySQL: the statement took longer than an operator allows
  3101, // another member of the group won
  3675, // the disk is full, said without waiting
  4031, // the connection was idle for too long
])

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
