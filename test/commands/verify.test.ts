import test from 'ava'
import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Signer } from '../../src/ledger/receipt.ts'
import type { Receipt } from '../../src/ledger/receipt.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import type { EvidenceFiles } from '../../src/commands/verify/evidence.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { receiptKey, worldOf } from '../support/world.ts'

const world = worldOf(test)
const command = fileURLToPath(new URL('../../src/commands/verify.ts', import.meta.url))
let site: LedgerSite
let folder: string
let saved: Saved

/** What somebody saved from the server after a room had been closed. */
interface Saved {
  jws: string
  receipt: Receipt
  transcript: string
  keys: string
}

test.serial.before('a room was closed, and its papers saved', async () => {
  site = await createSite(world())
  folder = await mkdtemp(join(tmpdir(), 'madang-verify-'))
  const room = await site.newRoom()
  for (const text of ['안녕하세요 😀', 'a line\u2028with a separator of Unicode', 'third', 'fourth']) {
    await site.ledger.append(room, line(text, alice))
    await site.ledger.append(room, line(`${text}?`, bob))
  }
  await site.ledger.close(room, { by: alice, requestId: undefined })
  await attemptClosing(site.work, room)
  const receipt = await site.ledger.receipt(room)
  const transcript = await site.ledger.transcript(room, 'ndjson')
  if (receipt === undefined || transcript === undefined) throw new Error('the room is not final')
  saved = {
    jws: receipt.jws,
    receipt: receipt.content as Receipt,
    transcript: await textOf(transcript.body),
    keys: JSON.stringify(await site.ledger.receiptKeys()),
  }
})
test.after.always('the papers are thrown away', () => rm(folder, { recursive: true, force: true }))

interface Run {
  code: number
  said: string
}

async function verify(papers: { receipt: string; transcript: string; keys: string }): Promise<Run> {
  const files = await save(papers)
  return run([files.receipt, files.transcript, files.keys])
}

async function save(papers: { receipt: string; transcript: string; keys: string }): Promise<EvidenceFiles> {
  const place = join(folder, randomBytes(4).toString('hex'))
  const files = { receipt: `${place}.jws`, transcript: `${place}.ndjson`, keys: `${place}.json` }
  await writeFile(files.receipt, papers.receipt)
  await writeFile(files.transcript, papers.transcript)
  await writeFile(files.keys, papers.keys)
  return files
}

function run(args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

function untouched(): { receipt: string; transcript: string; keys: string } {
  return { receipt: saved.jws, transcript: saved.transcript, keys: saved.keys }
}

function changedLines(change: (lines: string[]) => string[]): string {
  return `${change(saved.transcript.trimEnd().split('\n')).join('\n')}\n`
}

/** A receipt about the given transcript, signed by the server's own key. */
async function signed(changes: Partial<Receipt>): Promise<string> {
  const signer = await Signer.fromJwk(receiptKey)
  return signer.sign({ ...saved.receipt, ...changes })
}

test('the papers of a closed room hold, and the last line says sealed', async (t) => {
  const { code, said } = await verify(untouched())

  t.is(code, 0, said)
  t.regex(said, /1…9 without a hole/)
  t.regex(said, /9 entries, 8 messages by 2 people/)
  t.regex(said.trimEnd().split('\n').at(-1) ?? '', /^sealed: /)
})

test('the receipt may also be the saved answer of the server', async (t) => {
  const { code } = await verify({ ...untouched(), receipt: JSON.stringify({ jws: saved.jws, content: saved.receipt }) })

  t.is(code, 0)
})

test('what stands beside the signature in a saved answer must be what was signed', async (t) => {
  const content = { ...saved.receipt, messages: 7 }

  const { code, said } = await verify({ ...untouched(), receipt: JSON.stringify({ jws: saved.jws, content }) })

  t.is(code, 1)
  t.regex(said, /"content" beside the signature is not what was signed/)
})

test('one changed byte of a message is found and named', async (t) => {
  const { code, said } = await verify({ ...untouched(), transcript: saved.transcript.replace('third?', 'thirds') })

  t.is(code, 1)
  t.regex(said, /SHA-256 is [0-9a-f]{64}, the receipt says/)
  t.regex(said, /line 6: the payload of seq 6 is not the one that was acknowledged/)
  t.regex(said, /^broken: /m)
})

test('a removed line is found and named, also the last one', async (t) => {
  const middle = await verify({ ...untouched(), transcript: changedLines((lines) => lines.toSpliced(3, 1)) })
  const last = await verify({ ...untouched(), transcript: changedLines((lines) => lines.slice(0, -1)) })

  t.is(middle.code, 1)
  t.regex(middle.said, /line 4: seq 4 is missing before seq 5/)
  t.is(last.code, 1)
  t.regex(last.said, /seq 9 is missing at the end/)
  t.regex(last.said, /the last line is not "closed" but "text"/)
})

test('a doubled line is found and named', async (t) => {
  const doubled = changedLines((lines) => lines.toSpliced(2, 0, lines[1] ?? ''))

  const { code, said } = await verify({ ...untouched(), transcript: doubled })

  t.is(code, 1)
  t.regex(said, /line 3: seq 2 stands after seq 2/)
})

test('two swapped lines are found and named', async (t) => {
  const swapped = changedLines((lines) => [...lines.slice(0, 4), lines[5] ?? '', lines[4] ?? '', ...lines.slice(6)])

  const { code, said } = await verify({ ...untouched(), transcript: swapped })

  t.is(code, 1)
  t.regex(said, /line 5: seq 5 is missing before seq 6/)
  t.regex(said, /line 6: seq 5 stands after seq 6/)
})

test('a line that is none is named', async (t) => {
  const { code, said } = await verify({ ...untouched(), transcript: changedLines((lines) => ['{"seq":1}', ...lines]) })

  t.is(code, 1)
  t.regex(said, /line 1 is not a line of a transcript/)
})

test('a key set of somebody else does not open the receipt', async (t) => {
  const stranger = await Signer.fromJwk(
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  )

  const { code, said } = await verify({ ...untouched(), keys: JSON.stringify({ keys: [stranger.publicJwk] }) })
  const sameKid = { ...stranger.publicJwk, kid: JSON.parse(saved.keys).keys[0].kid }
  const disguised = await verify({ ...untouched(), keys: JSON.stringify({ keys: [sameKid] }) })

  t.is(code, 1)
  t.regex(said, /the key .* is not in the key set/)
  t.is(disguised.code, 1)
  t.regex(disguised.said, /not signed by a key of the set/)
})

test('a receipt whose words were changed is not signed any more', async (t) => {
  const [head, , signature] = saved.jws.split('.')
  const forged = Buffer.from(JSON.stringify({ ...saved.receipt, messages: 7 })).toString('base64url')

  const { code, said } = await verify({ ...untouched(), receipt: `${head}.${forged}.${signature}` })

  t.is(code, 1)
  t.regex(said, /not signed by a key of the set/)
})

test('a signed receipt that counts otherwise than its transcript is broken, number by number', async (t) => {
  const { code, said } = await verify({
    ...untouched(),
    receipt: await signed({
      messages: 7,
      perSender: [{ sender: String(alice), name: 'alice', messages: 8 }],
      digest: 'f'.repeat(64),
      epochs: saved.receipt.epochs.map((epoch) => ({ ...epoch, digest: 'e'.repeat(40) })),
    }),
  })

  t.is(code, 1)
  t.regex(said, /8 messages, the receipt counts 7/)
  t.regex(said, /4 messages of sender 1, the receipt counts 8/)
  t.regex(said, /4 messages of sender 2, the receipt counts 0/)
  t.regex(said, /the digest of the lines is/)
  t.regex(said, /the digest at the end of epoch \d+ \(seq 9\) is not the one of the receipt/)
})

test('a whole receipt that says suspect or quarantined ends with 3 and its incidents', async (t) => {
  for (const state of ['suspect', 'quarantined'] as const) {
    const { code, said } = await verify({
      ...untouched(),
      receipt: await signed({ state, incidents: ['epoch 1 ended by rollback'] }),
    })

    t.is(code, 3)
    t.regex(said, /incident +epoch 1 ended by rollback/)
    t.regex(said, new RegExp(`^${state}: `, 'm'))
  }
})

test('called wrongly it says how to call it', async (t) => {
  const files = await save(untouched())

  const none = await run([])
  const missing = await run([files.receipt, `${files.transcript}.gone`, files.keys])
  const mixedUp = await run([files.keys, files.transcript, files.receipt])

  t.deepEqual([none.code, missing.code, mixedUp.code], [2, 2, 2])
  t.regex(none.said, /npm run verify -- RECEIPT TRANSCRIPT KEYS/)
  t.regex(missing.said, /gone: cannot be read/)
  t.regex(mixedUp.said, /neither a compact JWS nor/)
})
