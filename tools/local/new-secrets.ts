import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** Apart from what reads them: a server that has Node alone makes its secrets with it, without a package. */
export function newSecrets() {
  return {
    databasePassword: randomBytes(18).toString('hex'),
    redisPassword: randomBytes(18).toString('hex'),
    tokenKeys: newTokenKey(),
    receiptKey: newReceiptKey(),
  }
}

/** With a name that no other key of a site has, so that it can stand beside them in `TOKEN_KEYS`. */
export function newTokenKey(): string {
  const day = new Date().toISOString().slice(0, 10)
  return `${day}-${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`
}

export function newReceiptKey(): string {
  return JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
}
