import test from 'ava'
import type { ExecutionContext } from 'ava'
import { Broker } from '../../src/platform/broker.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis, RedisPurpose } from '../../src/platform/redis.ts'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test, { isMigrated: false })

/** The private Redis, behind a network that can break. */
async function farAway(t: ExecutionContext): Promise<{ url: string; network: CuttingProxy }> {
  const { redis } = world()
  const network = await CuttingProxy.open(() => `http://127.0.0.1:${redis.port}`)
  t.teardown(() => network.close())
  return { url: network.address.replace('http', 'redis'), network }
}

function connection(t: ExecutionContext, url: string, purpose: RedisPurpose): Redis {
  const redis = connectRedis({ url, purpose, name: 'test', onError: () => undefined })
  t.teardown(() => closeRedis(redis))
  return redis
}

for (const purpose of ['commands', 'append'] as const) {
  test(`a connection for ${purpose} that hears nothing any more is given up, and another one works`, async (t) => {
    const { url, network } = await farAway(t)
    const redis = connection(t, url, purpose)
    await eventually(() => redis.status === 'ready')
    await redis.ping()

    network.fallSilent()
    await t.throwsAsync(redis.ping(), { message: /timed out/ })

    await eventually(async () => (await redis.ping().catch(() => '')) === 'PONG')
    t.pass()
  })
}

test('who listens and hears nothing learns that the connection is gone, and is told that something may be missing', async (t) => {
  const { url, network } = await farAway(t)
  const publisher = connection(t, world().redis.url, 'commands')
  const broker = new Broker({ url, publisher, log: world().log })
  t.teardown(() => broker.close())
  const heard: string[] = []
  let gaps = 0
  broker.onResubscribed(() => (gaps += 1))
  await broker.subscribe('courtyard', (message) => heard.push(message.toString()))
  const gapsBefore = gaps

  network.fallSilent()
  await broker.publish('courtyard', 'nobody hears this')
  await eventually(() => gaps > gapsBefore, 30_000)
  await broker.publish('courtyard', 'and everybody this')

  await eventually(() => heard.length > 0)
  t.deepEqual(heard, ['and everybody this'])
})
