import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createConnection, createServer } from 'mysql2'
import { affectedRows, connectMysql, selectRows, sendLines } from '../../src/platform/mysql.ts'

/** In MySQL's protocol it is the server that names the file of LOAD DATA LOCAL: one that was taken over could ask for any. */

/** The side of a server in mysql2, as far as it is used here. */
interface Asked {
  stream: Socket
  /** Of the next packet: a question has 0 and its answer begins with 1, which mysql2 leaves to who plays the server. */
  sequenceId: number
  serverHandshake(greeting: Record<string, unknown>): void
  writeOk(): void
  on(event: 'query', listener: (text: string) => void): void
  on(event: 'error', listener: () => void): void
}

const secret = 'root:x:0:0: the password of everybody'
const greeting = {
  ...{ protocolVersion: 10, serverVersion: '9.7.0', connectionId: 1, statusFlags: 2 },
  ...{ characterSet: 45, capabilityFlags: 0xff_ff_f7_ff },
}

const ok = Buffer.from('00000002000000', 'hex')

/** What asks for this file whatever it is asked about accounts, and what it was sent then. */
async function greedy(t: ExecutionContext, file: string) {
  const got: Buffer[] = []
  let asked = 0
  const server = createServer((given) => {
    const client = given as unknown as Asked
    client.on('error', () => undefined)
    client.serverHandshake(greeting)
    client.stream.on('end', () => client.stream.destroy())
    client.on('query', (text) => {
      if (!text.includes('accounts')) return answerOk(client)
      asked += 1
      client.stream.removeAllListeners('data')
      client.stream.on('data', (sent: Buffer) => {
        // A command comes with the number 0; what the client sends of a file does not, and ends with an empty packet.
        if (sent[3] === 0) return void client.stream.destroy()
        got.push(sent)
        const end = sent.subarray(-4)
        if (end.readUIntLE(0, 3) === 0) client.stream.write(packet((end[3] ?? 0) + 1, ok))
      })
      client.stream.write(packet(1, Buffer.concat([Buffer.of(0xfb), Buffer.from(file)])))
    })
  }) as unknown as { listen(port: number, host: string): Server; _server: Server; close(): void }
  server.listen(0, '127.0.0.1')
  await once(server._server, 'listening')
  t.teardown(() => server.close())
  const { port } = server._server.address() as AddressInfo
  return { port, asked: () => asked, got: () => Buffer.concat(got).toString('latin1') }
}

function answerOk(client: Asked): void {
  client.sequenceId = 1
  client.writeOk()
  client.sequenceId = 0
}

function packet(sequence: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUIntLE(content.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, content])
}

async function secretFile(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-infile-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'passwd')
  await writeFile(file, secret)
  return file
}

function connect(t: ExecutionContext, port: number) {
  const sql = connectMysql({ url: `mysql://madang@127.0.0.1:${port}/madang`, poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => sql.destroy())
  return sql
}

test('a server that answers a question by asking for a file gets nothing', async (t) => {
  for (const ask of [
    (sql: ReturnType<typeof connect>) => selectRows(sql, 'SELECT id FROM accounts'),
    (sql: ReturnType<typeof connect>) => affectedRows(sql, 'UPDATE accounts SET role = ?', ['admin']),
    async (sql: ReturnType<typeof connect>) => void (await sql.raw('SELECT id FROM accounts')),
  ]) {
    const { port, asked, got } = await greedy(t, await secretFile(t))

    await t.throwsAsync(ask(connect(t, port)), { message: /LOCAL INFILE/ })

    t.is(asked(), 1)
    t.deepEqual([...Buffer.from(got(), 'latin1').subarray(0, 3)], [0, 0, 0])
    t.is(got().length, 4)
  }
})

test('a server that asks for another file than the lines it is given gets the lines', async (t) => {
  const { port, asked, got } = await greedy(t, await secretFile(t))
  const text = "LOAD DATA LOCAL INFILE 'lines' INTO TABLE accounts"

  await sendLines(connect(t, port), text, [], () => Readable.from([Buffer.from('alice\n'), Buffer.from('bob\n')]))

  t.is(asked(), 1)
  t.true(got().includes('alice\n'))
  t.false(got().includes('root'))
})

test('a client that sends what it is asked for is found out', async (t) => {
  const { port, got } = await greedy(t, await secretFile(t))
  const careless = createConnection({
    ...{ host: '127.0.0.1', port, user: 'madang', database: 'madang' },
    infileStreamFactory: (file: string) => createReadStream(file),
  })
  t.teardown(() => careless.destroy())

  await new Promise((resolve) => careless.query('SELECT id FROM accounts', resolve))

  t.true(got().includes(secret))
})
