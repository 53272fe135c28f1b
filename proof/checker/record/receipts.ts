import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Ending } from '../contract.ts'

/** The receipt of a room, as JWS or as the answer that holds one, its transcript, and the key set to verify them with. */
export interface Papers {
  receipt: Buffer | string
  transcript: Buffer
  keys: Buffer | string
}

const command = fileURLToPath(new URL('../../../src/commands/verify.ts', import.meta.url))
/** What the command ends with: everything holds and is sealed, or the receipt is whole and says itself that something is wrong. */
const whole: ReadonlySet<number> = new Set([0, 3])

/** Verifies as anybody would who has the papers: by `npm run verify`, in a process of its own. */
export async function isVerified(papers: Papers): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'madang-papers-'))
  try {
    const files = Object.entries(papers).map(([name, content]) => ({ path: join(folder, name), content }))
    for (const { path, content } of files) await writeFile(path, content)
    const code = await exitCode(files.map(({ path }) => path))
    return whole.has(code)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function exitCode(files: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    // A run has many receipts: what the command is made of is compiled once.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'madang-compiled') }
    const child = execFile(process.execPath, [command, ...files], { env }, () => resolve(child.exitCode ?? -1))
  })
}

const receiptShape = z.object({
  room: z.string(),
  state: z.string(),
  lastSeq: z.int(),
  epochs: z.array(
    z.object({
      ...{ epoch: z.int(), firstSeq: z.int(), lastSeq: z.int(), cause: z.string() },
      suspect: z.object({ from: z.int(), to: z.int() }).optional(),
    }),
  ),
})

/** What a receipt says, whoever signed it. Undefined where it is none. */
export function contentOf(jws: string): Omit<Ending, 'isReceiptValid'> | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const { room, state, lastSeq, epochs } = receiptShape.parse(content)
    return { room, state, lastSeq, epochs: epochs.map((epoch) => ({ ...epoch, suspect: epoch.suspect })) }
  } catch {
    return undefined
  }
}

/** The receipt says of the room what the tables say. */
export function saysSame(jws: string, { room, state, lastSeq, epochs }: Ending): boolean {
  return isDeepStrictEqual(contentOf(jws), { room, state, lastSeq, epochs })
}
