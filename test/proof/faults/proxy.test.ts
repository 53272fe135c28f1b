import test from 'ava'
import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { Proxy, toLoopback } from '../../../proof/faults/proxy.ts'
import { eventually } from '../../support/eventually.ts'

/** A service behind a proxy that answers each line with `got LINE`, and a client that has connected to it. */
async function network(t: ExecutionContext) {
  const arrived: string[] = []
  const ends: string[] = []
  const served: Socket[] = []
  const service = createServer((socket) => {
    served.push(socket)
    socket.on('error', () => ends.push('reset'))
    socket.on('end', () => ends.push('end'))
    socket.on('data', (chunk) => {
      arrived.push(chunk.toString())
      socket.write(`got ${chunk.toString()}`)
    })
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  const address = service.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const proxy = await Proxy.open({ connect: toLoopback(address.port) })
  t.teardown(async () => {
    await proxy.close()
    for (const socket of served) socket.destroy()
    service.close()
  })
  return { proxy, arrived, ends, served, connect: () => connected(t, proxy) }
}

async function connected(t: ExecutionContext, proxy: Proxy) {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' })
  const heard: string[] = []
  let ended: string | undefined
  socket.on('data', (chunk) => heard.push(chunk.toString()))
  socket.on('error', (error) => (ended = String((error as NodeJS.ErrnoException).code)))
  socket.on('close', () => (ended ??= 'closed'))
  await once(socket, 'connect')
  t.teardown(() => socket.destroy())
  return { socket, heard, ended: () => ended, say: (text: string) => socket.write(text) }
}

/** Long enough for what passes to have passed, on the loopback interface. */
const quietMs = 150
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, quietMs))

test('a whole network carries both ways, and an end as an end', async (t) => {
  const { arrived, ends, connect: open } = await network(t)
  const client = await open()

  client.say('one')
  await eventually(() => client.heard.join('') === 'got one')
  client.socket.end()

  await eventually(() => ends.length > 0)
  t.deepEqual(arrived, ['one'])
  t.deepEqual(ends, ['end'])
})

test('a cut resets both ends of every connection, and new ones are whole', async (t) => {
  const { proxy, ends, connect: open } = await network(t)
  const client = await open()
  client.say('one')
  await eventually(() => client.heard.length === 1)

  t.is(proxy.cut(), 1)

  await eventually(() => client.ended() !== undefined && ends.includes('reset'))
  t.is(client.ended(), 'ECONNRESET')
  const next = await open()
  next.say('two')
  await eventually(() => next.heard.join('') === 'got two')
})

test('cut before the request: it never arrives', async (t) => {
  const { proxy, arrived, connect: open } = await network(t)
  const client = await open()
  proxy.cutBefore((chunk) => chunk.toString() === 'bad')

  client.say('good')
  await eventually(() => client.heard.length === 1)
  client.say('bad')

  await eventually(() => client.ended() !== undefined)
  t.deepEqual(arrived, ['good'])
})

test('cut before the answer: the request arrives, the answer does not', async (t) => {
  const { proxy, arrived, connect: open } = await network(t)
  const client = await open()
  proxy.cutAfter((chunk) => chunk.toString() === 'bad')

  client.say('good')
  await eventually(() => client.heard.length === 1)
  client.say('bad')

  await eventually(() => client.ended() !== undefined)
  t.deepEqual(arrived, ['good', 'bad'])
  t.deepEqual(client.heard, ['got good'])
})

test('a delay holds both ways up and keeps the order, also where it ends in between', async (t) => {
  const { proxy, arrived, connect: open } = await network(t)
  const client = await open()
  proxy.delay(60)

  const began = performance.now()
  client.say('a')
  await eventually(() => client.heard.length === 1)
  t.true(performance.now() - began >= 119)

  proxy.delay(5000)
  client.say('b')
  await quiet()
  t.deepEqual(arrived, ['a'])
  client.say('c')
  await quiet()
  proxy.heal()
  await eventually(() => arrived.join('') === 'abc')
})

test('a black hole swallows one way, and gives it up when it is healed', async (t) => {
  const { proxy, arrived, connect: open } = await network(t)
  const client = await open()
  proxy.hold('up')
  client.say('one')
  client.socket.end()
  await quiet()
  t.deepEqual(arrived, [])
  t.is(client.ended(), undefined)

  proxy.heal()
  await eventually(() => arrived.length === 1 && client.heard.join('') === 'got one')

  const other = await open()
  proxy.hold('down')
  other.say('two')
  await eventually(() => arrived.length === 2)
  await quiet()
  t.deepEqual(other.heard, [])
  proxy.heal()
  await eventually(() => other.heard.join('') === 'got two')
})

test('half open: the far end lives on without being told, until it is healed', async (t) => {
  const { proxy, ends, arrived, served, connect: open } = await network(t)
  const client = await open()
  client.say('one')
  await eventually(() => client.heard.length === 1)

  t.is(proxy.halfOpen('far lives'), 1)

  await eventually(() => client.ended() !== undefined)
  await quiet()
  t.deepEqual(ends, [])
  served[0]?.write('into nothing')
  proxy.heal()
  await eventually(() => ends.includes('reset'))
  t.deepEqual(arrived, ['one'])
})

test('half open: the near end lives on without being told, and is not answered', async (t) => {
  const { proxy, ends, arrived, connect: open } = await network(t)
  const client = await open()
  client.say('one')
  await eventually(() => client.heard.length === 1)

  proxy.halfOpen('near lives')

  await eventually(() => ends.includes('reset'))
  client.say('two')
  await quiet()
  t.is(client.ended(), undefined)
  t.deepEqual(arrived, ['one'])
  proxy.heal()
  await eventually(() => client.ended() !== undefined)
})

test('down: what is connected is reset, and so is who tries again', async (t) => {
  const { proxy, connect: open } = await network(t)
  const client = await open()

  proxy.down()

  await eventually(() => client.ended() !== undefined)
  // The reset may come before the connection was seen to be there, or after.
  const other = await open().catch(() => undefined)
  if (other !== undefined) await eventually(() => other.ended() !== undefined)
  proxy.heal()
  const third = await open()
  third.say('three')
  await eventually(() => third.heard.join('') === 'got three')
  t.is(third.ended(), undefined)
})

test('more than a pipe holds goes through whole', async (t) => {
  const { arrived, connect: open } = await network(t)
  const client = await open()
  const text = 'x'.repeat(20 * 1024 * 1024)

  client.say(text)

  await eventually(() => arrived.reduce((sum, chunk) => sum + chunk.length, 0) === text.length)
  t.is(client.ended(), undefined)
})
