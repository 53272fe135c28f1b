import { mysqlErrno } from './mysql.ts'

/**
 * Whether an error says that MySQL or Redis could not be reached or did not answer in time, rather than that we asked for the
 * wrong thing. Whoever hears it may try again.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error) || mysqlErrno(error) !== undefined) return false
  if (outageNames.has(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && outageCodes.has(error.code)) return true
  return outageMessage.test(error.message)
}

const outageNames = new Set(['MaxRetriesPerRequestError', 'KnexTimeoutError', 'TimeoutError', 'AggregateError'])
const outageCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  'PROTOCOL_CONNECTION_LOST',
])
const outageMessage =
  /^(Connection is closed|Command timed out|Stream isn't writeable|Reached the max retries)|no answer within|^(LOADING|OOM|MISCONF|READONLY|TRYAGAIN|CLUSTERDOWN)\b/
