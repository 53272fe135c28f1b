import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { frame, opcodes } from '../../test/security/ws/frames.ts'
import { RawSocket } from '../../test/security/ws/raw-socket.ts'
import { pathOf } from './asked.ts'
import type { Asked } from './asked.ts'
import type { Bench, Finding, Judgement, Target } from './contract.ts'
import type { Program } from './programs.ts'

/** Pictures, multipart bodies, JSON and frames in which zzuf has flipped bits, each by a seed that the log names. */

const ratios = ['0.00005', '0.0005', '0.004', '0.03']
const answerWithinMs = 30_000

export async function judgeByZzuf(
  zzuf: Program,
  { target, asked, bench, seeds }: { target: Target; asked: readonly Asked[]; bench: Bench; seeds: number },
): Promise<Judgement> {
  const log = path.join(bench.folder, 'zzuf.log')
  const findings: Finding[] = []
  const kinds: Kind[] = [
    ...(await pictureTrials(zzuf, target)),
    ...jsonTrials(zzuf, target, asked),
    { name: 'frames', make: (seed) => frameTrial(zzuf, target, seed) },
  ]
  let tried = 0
  for (const { name, make } of kinds) {
    for (let number = 1; number <= seeds; number += 1) {
      const seed = { number, ratio: ratios[number % ratios.length]! }
      const what = await make(seed)
      tried += 1
      appendFileSync(log, `${name} -s ${seed.number} -r ${seed.ratio}: ${what ?? 'fine'}\n`)
      if (what !== undefined)
        findings.push({ tool: 'zzuf', where: `${name}, -s ${seed.number} -r ${seed.ratio}`, what })
      if (tried % 100 === 0) bench.say(`zzuf: ${tried} of ${kinds.length * seeds}, ${findings.length} findings`)
    }
  }
  return { tried: `${tried} inputs of ${kinds.length} kinds`, findings }
}

interface Seed {
  number: number
  ratio: string
}
/** What is changed in one way. `make` resolves with what is wrong, or undefined. */
interface Kind {
  name: string
  make: (seed: Seed) => Promise<string | undefined>
}

/** The same seed makes the same bytes of the same bytes. */
export function fuzzed({ command, args, env }: Program, bytes: Buffer, { number, ratio }: Seed): Promise<Buffer> {
  const child = spawn(command, [...args, '-s', String(number), '-r', ratio], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(bytes)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`zzuf ended with ${code}`)),
    )
  })
}

async function pictureTrials(zzuf: Program, target: Target): Promise<Kind[]> {
  const noise = {
    width: 160,
    height: 120,
    channels: 3 as const,
    noise: { type: 'gaussian' as const, mean: 128, sigma: 40 },
  }
  const picture = await sharp({ create: { ...noise, background: '#808080' } })
    .png()
    .toBuffer()
  const pictures = await Promise.all(
    (['jpeg', 'png', 'webp', 'gif', 'avif'] as const).map(async (format) => ({
      format,
      bytes: await sharp(picture).withMetadata({ orientation: 6 }).toFormat(format).toBuffer(),
    })),
  )
  const kinds = pictures.map(({ format, bytes }) => ({
    name: format,
    make: async (seed: Seed) => sendUpload(target, multipart(await fuzzed(zzuf, bytes, seed))),
  }))
  const small = multipart(pictures[0]!.bytes.subarray(0, 400))
  return [...kinds, { name: 'multipart', make: async (seed) => sendUpload(target, await fuzzed(zzuf, small, seed)) }]
}

const boundary = 'madang-boundary'

function multipart(file: Buffer): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="마당.png"\r\nContent-Type: image/png\r\n\r\n`
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

function sendUpload(target: Target, body: Buffer): Promise<string | undefined> {
  return send(target, { method: 'POST', path: '/v1/media', type: `multipart/form-data; boundary=${boundary}`, body })
}

function jsonTrials(zzuf: Program, target: Target, asked: readonly Asked[]): Kind[] {
  return asked.flatMap((one) => {
    const { line, method, body } = one
    if (body === undefined) return []
    const bytes = Buffer.from(JSON.stringify(body))
    const make = async (seed: Seed) => {
      // Bits of a short text are rarely hit by the ratios of pictures.
      const changed = await fuzzed(zzuf, bytes, { ...seed, ratio: String(Math.min(0.2, Number(seed.ratio) * 20)) })
      return send(target, { method, path: pathOf(one), type: 'application/json', body: changed })
    }
    return [{ name: line, make }]
  })
}

interface Sent {
  method: string
  path: string
  type: string
  body: Buffer
}

/** Every answer will do but one that says that the fault is ours, and none at all. */
async function send(
  { address, token }: Target,
  { method, path: where, type, body }: Sent,
): Promise<string | undefined> {
  try {
    const answer = await fetch(`${address}${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const text = await answer.text()
    return answer.status >= 500 ? `answered ${answer.status}: ${text.slice(0, 200)}` : undefined
  } catch (error) {
    return `not answered: ${error instanceof Error ? error.message : String(error)}`
  }
}

const conversation = [
  '{"type":"ping","ref":1}',
  '{"type":"subscribe","ref":"a","room":"1"}',
  '{"type":"send","ref":"b","room":"1","id":"01900000-0000-7000-8000-000000000000","body":"안녕"}',
  '{"type":"read","ref":2,"room":"1","epoch":0,"seq":1}',
]

/** Some frames in a row, bits of header and mask included. The server answers or ends the connection by its rules. */
async function frameTrial(zzuf: Program, { address, token }: Target, seed: Seed): Promise<string | undefined> {
  const frames = Buffer.concat(conversation.map((payload) => frame({ opcode: opcodes.text, payload })))
  const bytes = await fuzzed(zzuf, frames, { ...seed, ratio: String(Math.min(0.2, Number(seed.ratio) * 20)) })
  let socket: RawSocket
  try {
    socket = await RawSocket.open(`${address.replace('http', 'ws')}/v1/socket`, { Authorization: `Bearer ${token}` })
  } catch (error) {
    return `no socket: ${error instanceof Error ? error.message : String(error)}`
  }
  socket.send(bytes, frame({ opcode: opcodes.close }))
  const wait = Promise.withResolvers<'late'>()
  const deadline = setTimeout(() => wait.resolve('late'), 2000)
  await Promise.race([socket.ended, wait.promise])
  clearTimeout(deadline)
  socket.drop()
  return socket.closeCode === 1011 ? 'closed with 1011: the server blames itself' : undefined
}
