import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK } from 'jose'
import type { JWK } from 'jose'
import { z } from 'zod'
import { ConfigError } from '../config.ts'

/**
 * What a receipt says: which entries a room ended with, and that they are what was acknowledged (`sealed`), or from where
 * something may be missing (`suspect`), or what could not be stored (`quarantined`). Signed as a compact JWS with Ed25519.
 */
const instant = z.iso.datetime({ precision: 3 })
const seqRange = z.strictObject({ from: z.int(), to: z.int() })

export const receiptSchema = z.strictObject({
  type: z.literal('madang.receipt.v1'),
  room: z.string(),
  name: z.string(),
  state: z.enum(['sealed', 'suspect', 'quarantined']),
  epochs: z.array(
    z.strictObject({
      epoch: z.int(),
      firstSeq: z.int(),
      lastSeq: z.int(),
      /** SHA-1 chain as Redis computed it while the entries were acknowledged. */
      digest: z.string(),
      cause: z.string(),
      suspect: seqRange.optional(),
    }),
  ),
  firstSeq: z.int(),
  lastSeq: z.int(),
  /** All entries, and those among them that people sent. */
  entries: z.int(),
  messages: z.int(),
  perSender: z.array(z.strictObject({ sender: z.string(), name: z.string(), messages: z.int() })),
  /** SHA-256 chain over all entries, see docs/data-model.md. */
  digest: z.string(),
  durability: z.string(),
  openedAt: instant,
  closedAt: instant,
  sealedAt: instant,
  incidents: z.array(z.string()),
  transcript: z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() }),
})

export type Receipt = z.output<typeof receiptSchema>

/** A checkpoint of a room that never closes: the same promise for a range of it. */
export interface Checkpoint {
  type: 'madang.checkpoint.v1'
  room: string
  firstSeq: number
  lastSeq: number
  digest: string
  at: string
}

/** Signs with one Ed25519 key, named by its RFC 7638 thumbprint. */
export class Signer {
  readonly kid: string
  readonly publicJwk: JWK
  readonly #key: Awaited<ReturnType<typeof importJWK>>

  private constructor(kid: string, publicJwk: JWK, key: Awaited<ReturnType<typeof importJWK>>) {
    this.kid = kid
    this.publicJwk = publicJwk
    this.#key = key
  }

  /** From the JWK text of RECEIPT_KEY. Throws one readable line when it is not an Ed25519 private key. */
  static async fromJwk(text: string): Promise<Signer> {
    const jwk = parseJwk(text)
    const { kty, crv, x } = jwk
    if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined || jwk.d === undefined) {
      throw new ConfigError('RECEIPT_KEY: not an Ed25519 private key as JWK')
    }
    const kid = await calculateJwkThumbprint({ kty, crv, x })
    const publicJwk = { kty, crv, x, kid, use: 'sig', alg: 'EdDSA' }
    return new Signer(kid, publicJwk, await importJWK(jwk, 'EdDSA'))
  }

  sign(content: Receipt | Checkpoint): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(content)))
      .setProtectedHeader({ alg: 'EdDSA', kid: this.kid, typ: 'madang-receipt' })
      .sign(this.#key)
  }
}

function parseJwk(text: string): JWK {
  try {
    return JSON.parse(text) as JWK
  } catch {
    throw new ConfigError('RECEIPT_KEY: not JSON')
  }
}

/** Checks the signature of a receipt against a saved key set and answers what it says. Throws one readable line. */
export async function openReceipt(jws: string, keySet: { keys: JWK[] }): Promise<{ receipt: Receipt; kid: string }> {
  const { payload, protectedHeader } = await compactVerify(
    jws,
    async (header) => {
      const jwk = keySet.keys.find((key) => key.kid === header.kid)
      if (jwk === undefined) throw new Error(`the key ${String(header.kid)} is not in the key set`)
      return importJWK(jwk, 'EdDSA')
    },
    { algorithms: ['EdDSA'] },
  )
  const receipt = receiptSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  return { receipt, kid: String(protectedHeader.kid) }
}

/** The content of a receipt that is ours, without checking it again. */
export function readReceipt(jws: string): unknown {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'))
}
