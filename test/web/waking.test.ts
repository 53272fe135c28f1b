import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { enter } from './guests.ts'

/** What a network that comes back finds: a try that was made while it was dead, and that nobody will answer. */

const stack = stackOf(test)

/** Takes connections and says nothing, like a network that is gone. */
async function nowhere(t: ExecutionContext) {
  const lost = new Set<Socket>()
  const server = createServer((socket) => {
    lost.add(socket)
    socket.on('error', () => undefined).on('close', () => lost.delete(socket))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of lost) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}`, waiting: () => lost.size }
}

/** A network on which requests are answered, while handshakes of sockets are, are left without an answer, or are broken off. */
async function half(t: ExecutionContext) {
  const open = new Set<Socket>()
  const held: Socket[] = []
  let handshakes: 'answered' | 'held' | 'broken' = 'answered'
  const server = createServer((near) => {
    const far = connect(Number(new URL(stack().address).port), '127.0.0.1')
    for (const end of [near, far]) {
      open.add(end)
      end.on('error', () => undefined).on('close', () => (open.delete(end), near.destroy(), far.destroy()))
    }
    near.on('data', (chunk) => {
      if (handshakes === 'answered' || !chunk.toString('latin1').startsWith('GET /v1/socket ')) far.write(chunk)
      else if (handshakes === 'held') held.push(near)
      else near.destroy()
    })
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}`, held, let: (are: typeof handshakes) => (handshakes = are) }
}

/** The device sleeps: for everybody here the time has passed at once. */
function sleep(t: ExecutionContext, ms: number): void {
  const here = Date.now
  Date.now = () => here() + ms
  t.teardown(() => (Date.now = here))
}

/** Within it neither a try that nobody answers is given up by itself, nor is a stream distrusted that was heard before. */
const beforeItEndsMs = 10_000
/** Within it an exchange of tokens that nobody answers is not given up. */
const exchangeMs = 20_000

test.serial('a socket’s try on a dead network is made anew when the network is back', async (t) => {
  const dead = await nowhere(t)
  let isDead = false
  const network = await CuttingProxy.open(() => (isDead ? dead.address : stack().address))
  t.teardown(() => network.close())
  const { socket } = (await enter(stack(), 'alice', { origin: network.address })).opens(t)
  await eventually(() => socket.connection.state === 'open')
  isDead = true
  network.cut()
  await eventually(() => socket.connection.state === 'connecting' && dead.waiting() >= 2)

  isDead = false
  await eventually(() => {
    socket.wake()
    return socket.connection.state === 'open'
  }, beforeItEndsMs)

  t.true(dead.waiting() > 0)
})

test.serial('a handshake that nobody answers is given up for the next, and its end does not end that', async (t) => {
  const network = await half(t)
  const alice = await enter(stack(), 'alice', { origin: network.address })
  network.let('held')
  const { socket } = alice.opens(t)
  await eventually(() => network.held.length === 1)
  const heldAt = performance.now()
  network.let('answered')

  await eventually(() => {
    socket.wake()
    return socket.connection.state === 'open'
  })
  // Servers to which many come back at once are slow to greet.
  t.true(performance.now() - heldAt > 5000)
  const states: string[] = []
  socket.onConnection(({ state }) => void states.push(state))
  await eventually(() => network.held[0]?.destroyed)

  t.deepEqual(states, [])
})

test.serial('a server that does not greet is not come to sooner for being woken for', async (t) => {
  const network = await half(t)
  const alice = await enter(stack(), 'alice', { origin: network.address })
  network.let('broken')
  const { socket } = alice.opens(t)
  const waits: number[] = []
  socket.onConnection(({ retryAt }) => {
    if (retryAt !== undefined) waits.push(retryAt - Date.now())
  })
  await eventually(() => waits.length === 3)
  network.let('held')
  await eventually(() => network.held.length === 1)

  await eventually(() => {
    socket.wake()
    return network.held.length === 2
  })
  network.held[1]?.destroy()
  await eventually(() => waits.length === 4)

  // After a first failure it is half a second at most.
  t.true((waits[3] ?? 0) > 1000)
})

test.serial('a stream’s try on a dead network is made anew when the network is back', async (t) => {
  const dead = await nowhere(t)
  let isDead = false
  const network = await CuttingProxy.open(() => (isDead ? dead.address : stack().address))
  t.teardown(() => network.close())
  const alice = await enter(stack(), 'alice', { origin: network.address })
  const { stream } = alice.opens(t)
  let hasHeard = false
  stream.on('post.created', () => void (hasHeard = true))
  await eventually(() => stream.connection.state === 'open')
  await alice.client.timeline.create({ text: 'is this heard?', pictures: [] }, crypto.randomUUID())
  await eventually(() => hasHeard)
  isDead = true
  network.cut()
  await eventually(() => stream.connection.state === 'connecting' && dead.waiting() >= 2)

  isDead = false
  await eventually(() => {
    stream.wake()
    return stream.connection.state === 'open'
  }, beforeItEndsMs)

  t.true(dead.waiting() > 0)
})

test.serial('who wakes on a dead network, with tokens that ran out, is there again when the network is', async (t) => {
  const dead = await nowhere(t)
  let isDead = false
  const network = await CuttingProxy.open(() => (isDead ? dead.address : stack().address))
  t.teardown(() => network.close())
  const alice = await enter(stack(), 'alice', { origin: network.address })
  const { socket, stream } = alice.opens(t)
  const areOpen = (): boolean => [socket, stream].every(({ connection }) => connection.state === 'open')
  await eventually(areOpen)
  const before = alice.tokens()?.accessToken
  sleep(t, 15 * 60_000)
  isDead = true
  network.cut()
  await eventually(() => socket.connection.state === 'connecting' && dead.waiting() > 0)

  isDead = false
  await eventually(() => {
    socket.wake()
    stream.wake()
    return areOpen()
  }, exchangeMs)

  t.not(alice.tokens()?.accessToken, before)
})
