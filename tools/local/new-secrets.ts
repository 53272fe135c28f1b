import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** Apart from what reads them: a server that has Node alone makes its secrets with it, without a package. */
export function newSecrets() {
  return {
    databasePassword: randomBytes(18).toString('hex'),
    redisPassword: randomBytes(18).toString('hex'),
    tokenKeys: `local:${randomBytes(32).toString('base64')}`,
    receiptKey: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  }
}
