import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Files of a certificate and its key, as Nginx is given them. */
export interface CertificateFiles {
  certificate: string
  key: string
}

/** A certificate that signs itself, for this machine: 127.0.0.1 and localhost, for a day. Written over the one that was there. */
export function writeCertificate(folder: string): CertificateFiles {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const content = toBeSigned(publicKey.export({ type: 'spki', format: 'der' }))
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const whole = sequence(content, ecdsaWithSha256, signature)
  const files = { certificate: path.join(folder, 'fullchain.pem'), key: path.join(folder, 'privkey.pem') }
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  writeFileSync(files.certificate, `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`)
  writeFileSync(files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return files
}

/** From now on all clients of this process believe it. */
export function believe(certificate: string): void {
  setDefaultCACertificates([...getCACertificates('default'), certificate])
}

/** RFC 5280, 4.1: version 3, self-signed, with its names. */
function toBeSigned(publicKey: Buffer): Buffer {
  const dayMs = 86_400_000
  // Each has a name of its own: of two that are believed under one name OpenSSL takes either for the issuer.
  const words = `Madang, on this machine, ${randomBytes(8).toString('hex')}`
  const name = sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(words)))))
  const names = sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost')))
  return sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
    name,
    publicKey,
    der(0xa3, sequence(extension('551d13', sequence(der(0x01, Buffer.from([0xff])))), extension('551d11', names))),
  )
}

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value))
}

function time(at: number): Buffer {
  return der(
    0x17,
    Buffer.from(
      `${new Date(at)
        .toISOString()
        .replaceAll(/[-:T]|\..*/g, '')
        .slice(2)}Z`,
    ),
  )
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** Tag, length, value (X.690). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
