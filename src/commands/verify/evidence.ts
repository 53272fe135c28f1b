import { access, constants, readFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { z } from 'zod'

/** What is brought to a verification, all of it saved earlier from the server. */
export interface Evidence {
  /** The receipt as compact JWS. */
  jws: string
  /** What stood beside it in the saved answer: for people to read, not signed. */
  content?: unknown
  keySet: { keys: JWK[] }
  /** Path of the NDJSON transcript. */
  transcript: string
}

export interface EvidenceFiles {
  receipt: string
  transcript: string
  keys: string
}

/** Thrown with one readable line when a file cannot be read as what it should be. */
export class UnreadableEvidence extends Error {}

export async function readEvidence(files: EvidenceFiles): Promise<Evidence> {
  await requireReadable(files.transcript)
  return {
    ...receiptIn(files.receipt, await readText(files.receipt)),
    keySet: keySetIn(files.keys, await readText(files.keys)),
    transcript: files.transcript,
  }
}

async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    throw new UnreadableEvidence(`${file}: cannot be read`, { cause: error })
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UnreadableEvidence(`${file}: cannot be read`, { cause: error })
  }
}

const compactJws = z
  .string()
  .trim()
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
/** The answer of `GET /v1/rooms/:id/receipt`. */
const receiptAnswer = z.object({ jws: compactJws, content: z.unknown().optional() })
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) })

function receiptIn(file: string, text: string): Pick<Evidence, 'jws' | 'content'> {
  const bare = compactJws.safeParse(text)
  if (bare.success) return { jws: bare.data }
  const answer = receiptAnswer.safeParse(parseJson(text))
  if (answer.success) return answer.data
  throw new UnreadableEvidence(`${file}: neither a compact JWS nor the JSON answer that holds one as "jws"`)
}

function keySetIn(file: string, text: string): { keys: JWK[] } {
  const keySet = keySetSchema.safeParse(parseJson(text))
  if (keySet.success) return keySet.data
  throw new UnreadableEvidence(`${file}: not a JWK set as /.well-known/jwks.json answers it`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
