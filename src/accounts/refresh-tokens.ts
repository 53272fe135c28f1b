import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A refresh token is `<family>.<secret>`: the family stays for the life of a session and proves that a token is one of its
 * own, the secret is used once. Both are kept as SHA-256 only.
 *
 * With the family proven, a secret that is neither the present one nor the one before can only be an old one: reuse is
 * found without a list of all tokens that ever were, and somebody who merely knows a session's id cannot feign it.
 *
 * **Two refreshes at once.** Two tabs of a browser share one cookie and refresh with it at the same moment. The second must
 * not be taken for a thief, and must not fork the family either: would it get a token of its own, whichever answer the browser
 * kept last could be the one that is already replaced, and a thief could go on with a line of his own unseen. So the next
 * secret is not drawn but derived: HMAC(salt, secret), with a salt of 256 random bits drawn at each rotation and kept in
 * the session's row. For the length of the grace, the same old token from the same client gives the very same new token:
 * however often it is repeated, there is one line. Neither a copy of the table (salts and hashes) nor an old token alone is enough to
 * compute the next. A thief who is quick enough to use the grace holds the token that the client holds too, and the first
 * of the two who goes on makes the other one's next refresh a reuse, which ends the family.
 */
export interface RefreshToken {
  family: string
  secret: string
}

const bytes = 32
const pattern = /^([\w-]{43})\.([\w-]{43})$/

export function newRefreshToken(): RefreshToken {
  return { family: randomText(), secret: randomText() }
}

export function newSalt(): string {
  return randomText()
}

export function nextSecret(secret: string, salt: string): string {
  return createHmac('sha256', Buffer.from(salt, 'base64url')).update(secret).digest('base64url')
}

export function formatRefreshToken({ family, secret }: RefreshToken): string {
  return `${family}.${secret}`
}

export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, family, secret] = pattern.exec(text) ?? []
  return family === undefined || secret === undefined ? undefined : { family, secret }
}

/** SHA-256 in base64url: enough for what is random already. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

export function isSameHash(one: string, other: string | undefined): boolean {
  return other !== undefined && one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function randomText(): string {
  return randomBytes(bytes).toString('base64url')
}
