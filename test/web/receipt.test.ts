import test from 'ava'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { verifyEvidence } from '../../src/commands/verify/verdict.ts'
import { Signer } from '../../src/ledger/receipt.ts'
import type { Receipt } from '../../src/ledger/receipt.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import { verifyReceipt } from '../../web/src/api/receipt.ts'
import type { KeySet } from '../../web/src/api/types.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import { receiptKey, worldOf } from '../support/world.ts'

const world = worldOf(test)

interface Papers {
  jws: string
  content: unknown
  keys: KeySet
  transcript: string
}
let saved: Papers
let folder: string

test.serial.before('a room was closed, and its papers saved', async () => {
  const site = await createSite(world())
  folder = await mkdtemp(join(tmpdir(), 'madang-receipt-'))
  const room = await site.newRoom()
  for (const text of ['안녕하세요 😀', 'a line\u2028with a separator of Unicode', 'third', 'fourth']) {
    await site.ledger.append(room, line(text, alice))
    await site.ledger.append(room, line(`${text}?`, bob))
  }
  await site.ledger.close(room, { by: alice, requestId: undefined })
  await attemptClosing(site.work, room)
  const receipt = await site.ledger.receipt(room)
  const file = await site.ledger.transcript(room, 'ndjson')
  if (receipt === undefined || file === undefined) throw new Error('the room is not final')
  const keys = (await site.ledger.receiptKeys()) as KeySet
  saved = { jws: receipt.jws, content: receipt.content, keys, transcript: await textOf(file.body) }
})
test.after.always('the papers are thrown away', () => rm(folder, { recursive: true, force: true }))

const inBrowser = ({ jws, content, keys, transcript }: Papers) =>
  verifyReceipt({ signed: { jws, content }, keys, transcript: new Uint8Array(Buffer.from(transcript)) })

/** What `npm run verify` says of the same papers. */
async function byCommand({ jws, content, keys, transcript }: Papers) {
  const path = join(folder, `${crypto.randomUUID()}.ndjson`)
  await writeFile(path, transcript)
  return verifyEvidence({ jws, content, keySet: keys, transcript: path })
}

/** Signed as the server signs, whatever it says. */
async function signed(papers: Papers, change: Partial<Receipt>): Promise<Papers> {
  const content = { ...(papers.content as Receipt), ...change }
  return { ...papers, content, jws: await (await Signer.fromJwk(receiptKey)).sign(content) }
}

const lines = (): string[] => saved.transcript.trimEnd().split('\n')
const written = (some: readonly string[]): Papers => ({ ...saved, transcript: `${some.join('\n')}\n` })

/** With the file's own size and hash in a receipt that is signed anew: only the lines can tell. */
async function forged(papers: Papers, change: Partial<Receipt> = {}): Promise<Papers> {
  const bytes = Buffer.from(papers.transcript)
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  const { transcript } = saved.content as Receipt
  return signed(papers, { ...change, transcript: { ...transcript, bytes: bytes.length, sha256 } })
}

test.serial('a receipt that holds is found to hold, and everything that was compared is shown', async (t) => {
  const verdict = await inBrowser(saved)

  t.is(verdict.type, 'holds')
  t.is(verdict.receipt?.messages, 8)
  t.deepEqual(
    verdict.checks.map(({ name, holds }) => [name, holds]),
    ['signature', 'content', 'file', 'order', 'payloads', 'epochs', 'digest', 'counts'].map((name) => [name, true]),
  )
  const digest = verdict.checks.find(({ name }) => name === 'digest')
  t.is(digest?.said, digest?.found)
})

test.serial('whatever is tampered with, the browser and the command come to one verdict', async (t) => {
  const all = lines()
  const second = all[1] ?? ''
  const { publicKey } = generateKeyPairSync('ed25519')
  const kid = saved.keys.keys[0]?.kid ?? ''
  const [head = '', body = '', tail = ''] = saved.jws.split('.')
  const otherBody = Buffer.from(JSON.stringify({ ...(saved.content as Receipt), name: 'Another' })).toString(
    'base64url',
  )
  const cases: Record<string, Papers> = {
    untouched: saved,
    'a word changed': { ...saved, transcript: saved.transcript.replace('third', 'thirt') },
    'a line less': written(all.toSpliced(2, 1)),
    'the end less': written(all.slice(0, -1)),
    'a line twice': written(all.toSpliced(2, 0, second)),
    'two lines in another order': written(all.toSpliced(1, 2, all[2] ?? '', second)),
    'another key of the same name': { ...saved, keys: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] } },
    'no keys': { ...saved, keys: { keys: [] } },
    'other words signed by the old signature': { ...saved, jws: `${head}.${otherBody}.${tail}` },
    'half a signature': { ...saved, jws: `${head}.${body}.${tail.slice(0, 20)}` },
    'other words beside the signature': { ...saved, content: { ...(saved.content as Receipt), messages: 9 } },
    'a receipt of another digest': await signed(saved, { digest: '0'.repeat(64) }),
    'a receipt of other counts': await signed(saved, { messages: 9 }),
    'a receipt of another end': await signed(saved, { lastSeq: 3 }),
    'a receipt without epochs': await signed(saved, { epochs: [] }),
    'a changed word, with the hash of the file': await forged({
      ...saved,
      transcript: saved.transcript.replace('third', 'thirt'),
    }),
    'a line less, with the hash of the file': await forged(written(all.toSpliced(2, 1))),
    'a line that is none, with the hash of the file': await forged(written([...all, 'nonsense'])),
    'another sender, with the hash of the file': await forged(
      written(all.with(1, second.replace(/"sender":"\d+"/, '"sender":"77"'))),
    ),
    'a quarantined receipt that admits it': await forged(written(all.toSpliced(2, 1)), { state: 'quarantined' }),
    'a quarantined receipt with nothing wrong': await signed(saved, { state: 'quarantined' }),
    'a suspect receipt': await signed(saved, { state: 'suspect' }),
    'an erased payload': await forged(
      written(all.with(1, second.replace(/"payload":"(?:[^"\\]|\\.)*"/, '"payload":null'))),
    ),
  }

  const found = new Set<string>()
  for (const [name, papers] of Object.entries(cases)) {
    const [here, there] = [await inBrowser(papers), await byCommand(papers)]
    t.is(here.type, there.type, name)
    t.is(
      here.checks.every(({ holds }) => holds),
      here.type === 'holds',
      name,
    )
    found.add(here.type)
  }

  t.deepEqual([...found].toSorted(), ['admitted', 'broken', 'holds'])
})

test.serial('each fault is found where it is', async (t) => {
  const faults = async (papers: Papers): Promise<string[]> =>
    (await inBrowser(papers)).checks.filter(({ holds }) => !holds).map(({ name }) => name)

  t.deepEqual(await faults({ ...saved, transcript: saved.transcript.replace('third', 'thirt') }), ['file', 'payloads'])
  t.deepEqual(await faults(await signed(saved, { digest: '0'.repeat(64) })), ['digest'])
  t.deepEqual(await faults(await signed(saved, { messages: 9 })), ['counts'])
  t.deepEqual(await faults({ ...saved, content: {} }), ['content'])
  t.deepEqual(await faults({ ...saved, keys: { keys: [] } }), ['signature'])
})
