import type { Redis } from '../platform/redis.ts'
import type { CredentialParts } from './credentials.ts'
import type { Limits } from './limits.ts'
import type { PictureUrlsOf } from './pictures.ts'
import type { SessionCookies } from './session-cookies.ts'

/** What the routes of accounts are wired with. */
export type RouteParts = CredentialParts & {
  redis: Redis
  cookies: SessionCookies
  limits: Limits
  pictureUrls: PictureUrlsOf | undefined
}
