import { createServer } from 'node:net'
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

/** Within it a try that nobody answers is not given up by itself. */
const beforeItEndsMs = 20_000

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

test.serial('a stream’s try on a dead network is made anew when the network is back', async (t) => {
  const dead = await nowhere(t)
  let isDead = false
  const network = await CuttingProxy.open(() => (isDead ? dead.address : stack().address))
  t.teardown(() => network.close())
  const { stream } = (await enter(stack(), 'alice', { origin: network.address })).opens(t)
  await eventually(() => stream.connection.state === 'open')
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
