import type { ExecutionContext } from 'ava'
import test from 'ava'
import { admit } from '../../web/src/api/admission.ts'
import { Wire } from '../../web/src/api/wire.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { enter } from './guests.ts'

const stack = stackOf(test, { PING_SECONDS: 1 })

/** A connection through a network that can fall silent. */
async function connected(t: ExecutionContext) {
  const { client } = await enter(stack(), 'alice')
  const network = await CuttingProxy.open(() => stack().address)
  t.teardown(() => network.close())
  const told = { isOpen: false, pongs: 0, ends: [] as (number | undefined)[] }
  const wire = new Wire({
    url: `${network.address.replace('http', 'ws')}/v1/socket`,
    protocols: ['madang.v1', ...(await admit(client.http, client.session, false))],
    onHello: () => (told.isOpen = true),
    onFrame: ({ type }) => (told.pongs += type === 'pong' ? 1 : 0),
    onEnd: (code) => void told.ends.push(code),
  })
  t.teardown(() => wire.close())
  await eventually(() => told.isOpen)
  return { network, wire, told }
}

test.serial('a connection on which nobody speaks asks by itself, and stands', async (t) => {
  const { told } = await connected(t)

  await eventually(() => told.pongs >= 2)

  t.deepEqual(told.ends, [])
})

test.serial('a network that fell silent is found out by the next question', async (t) => {
  const { network, told } = await connected(t)

  network.fallSilent()
  await eventually(() => told.ends.length === 1)

  t.deepEqual(told.ends, [1006])
})

test.serial('who wakes up asks at once, and a connection that stands answers', async (t) => {
  const { network, wire, told } = await connected(t)
  const before = told.pongs

  wire.test()
  await eventually(() => told.pongs > before)
  network.fallSilent()
  wire.test()
  await eventually(() => told.ends.length === 1)

  t.deepEqual(told.ends, [1006])
  t.false(wire.send({ type: 'ping', ref: 1 }))
})

test.serial('a connection that nobody lets in ends without ever having stood', async (t) => {
  const told: (number | undefined)[] = []
  const url = `${stack().address.replace('http', 'ws')}/v1/socket`
  const nobody = { onHello: () => t.fail(), onFrame: () => t.fail() }

  const wire = new Wire({ url, protocols: ['madang.v1'], ...nobody, onEnd: (code) => void told.push(code) })
  t.teardown(() => wire.close())
  await eventually(() => told.length === 1)

  t.deepEqual(told, [undefined])
})
