import { readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { z } from 'zod'
import { readPublicRecord } from '../checker/index.ts'
import type { PartName } from '../faults/fault.ts'
import { Proxy } from '../faults/proxy.ts'
import { Problem } from '../../tools/problem.ts'
import { waitFor } from '../../tools/wait.ts'
import { Admin } from './admin.ts'
import type { Credentials } from './admin.ts'
import type { Site, Sites } from './site.ts'

export interface RemoteOptions {
  /** Origin of the site. */
  address: string
  admin: Credentials
  /** stack.json of an `npm start` on this machine. */
  stackFile: string | undefined
}

/** One site for all runs; it is not ours to make anew. */
export class RemoteSites implements Sites {
  readonly #options: RemoteOptions
  #open: ReturnType<typeof openRemoteSite> | undefined

  constructor(options: RemoteOptions) {
    this.#options = options
  }

  get remarks(): readonly string[] {
    const { address, stackFile } = this.#options
    const processes =
      stackFile === undefined
        ? 'Processes are left alone: with --stack, on their machine, they are killed and frozen, too.'
        : `The processes of ${stackFile} are killed and frozen.`
    return [
      `Drilling ${address} as its clients: the network between them and Nginx breaks. ${processes}`,
      'Not done here: anything to the networks, the memory, the disks and the data behind Nginx, the queue, clocks.',
      'Not looked at: Redis, logs, tables. Receipts and transcripts of closed rooms are all that is held against what people saw.',
    ]
  }

  async site(): Promise<Site> {
    this.#open ??= openRemoteSite(this.#options)
    return (await this.#open).site
  }

  async renew(): Promise<void> {
    // It heals by itself, or whoever runs it heals it.
  }

  async close(): Promise<void> {
    const opened = this.#open
    this.#open = undefined
    await (await opened)?.close()
  }
}

/**
 * A site that somebody else runs. People come to it through a proxy of ours, and that is all that can be broken, unless its processes
 * are on this machine.
 */
async function openRemoteSite(options: RemoteOptions): Promise<{ site: Site; close(): Promise<void> }> {
  const { address, stackFile } = options
  const admin = new Admin(address, options.admin)
  await admin.token()
  const ports = { near: 0 }
  const proxy = await Proxy.open({
    connect: () => connectTo(new URL(address)),
    edit: (chunk) => renamed(chunk, `127.0.0.1:${ports.near}`, new URL(address)),
  })
  ports.near = proxy.port
  const site: Site = {
    address: `http://127.0.0.1:${proxy.port}`,
    servers: [],
    isTimelineIncluded: false,
    patient: {
      links: new Map([['clients → nginx', proxy]]),
      pidOf: stackFile === undefined ? undefined : pidsIn(stackFile),
      inside: undefined,
    },
    grantMentor: (username) => admin.grantMentor(username),
    async untilWhole(withinMs) {
      const outcome = await waitFor({ isTrue: () => answers(address), withinMs, everyMs: 200 })
      return outcome === 'yes' ? [] : [address]
    },
    async unfinished(rooms) {
      const states = await Promise.all(rooms.map(async (room) => ({ room, state: await admin.closingState(room) })))
      const open = states.filter(({ state }) => state !== undefined && !finalStates.has(state))
      return open.map(({ room, state }) => `room ${room} is ${state}`)
    },
    watch: async () => ({ read: (lines) => readPublicRecord(lines, { address, token: () => admin.token() }) }),
  }
  return { site, close: () => proxy.close() }
}

const finalStates = new Set(['sealed', 'suspect', 'quarantined'])

function connectTo({ protocol, hostname, port }: URL): Socket {
  if (protocol === 'http:') return connectTcp({ host: hostname, port: Number(port || 80), noDelay: true })
  return connectTls({ host: hostname, port: Number(port || 443), servername: hostname, ALPNProtocols: ['http/1.1'] })
}

/** The site is to see its own name where clients say ours, in `Host` and `Origin`. A head is one chunk here: clients are ours. */
function renamed(chunk: Buffer, near: string, far: URL): Buffer {
  const text = chunk.toString('latin1')
  if (!text.includes(near)) return chunk
  const head = text.indexOf('\r\n\r\n')
  const end = head === -1 ? text.length : head
  const changed = text
    .slice(0, end)
    .replace(new RegExp(`^(host: )${near}\\r?$`, 'im'), (_line, name: string) => `${name}${far.host}\r`)
    .replace(new RegExp(`^(origin: )http://${near}\\r?$`, 'im'), (_line, name: string) => `${name}${far.origin}\r`)
  return Buffer.from(changed + text.slice(end), 'latin1')
}

const stackShape = z.object({ pids: z.record(z.string(), z.int()) })

/** Read again each time: who died has another number now. */
function pidsIn(file: string): (part: PartName) => number {
  const read = (): Record<string, number> => {
    try {
      return stackShape.parse(JSON.parse(readFileSync(file, 'utf8'))).pids
    } catch (error) {
      throw new Problem(`${file} is no stack.json of a running npm start: ${String(error)}`)
    }
  }
  read()
  return (part) => read()[part] ?? 0
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/openapi.json', address), { signal: AbortSignal.timeout(3000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
