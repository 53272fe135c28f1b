import type { Config } from '../config.ts'
import { addressKey } from '../platform/http/rate-limit.ts'
import type { Limit } from '../platform/http/rate-limit.ts'

/** Without Redis nobody counts guesses for all servers together, so nobody signs in. */
export interface Limits {
  signIn: Limit
  signUp: Limit
  /** By an address: a ticket cannot be guessed, but each that is good costs the work of a password. */
  byTicket: Limit
}

export function accountLimits(config: Config): Limits {
  return {
    signIn: { name: 'sign_in', requests: config.SIGN_IN_PER_MINUTE, seconds: 60, withoutRedis: 'refuse' },
    signUp: { name: 'sign_up', requests: config.SIGN_UP_PER_HOUR, seconds: 3600, withoutRedis: 'refuse' },
    byTicket: { name: 'by_ticket', requests: config.SIGN_IN_PER_MINUTE, seconds: 60, withoutRedis: 'refuse' },
  }
}

/** Guesses are counted for a name and an address together: nobody can lock somebody else out from elsewhere. */
export function signInKey(name: string, ip: string): string {
  return `${name}@${addressKey(ip)}`
}
