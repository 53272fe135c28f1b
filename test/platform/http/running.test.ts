import test from 'ava'
import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RunningRequests } from '../../../src/platform/http/running.ts'

/** A server that answers when it is told to, and a client that would like to keep its connection. */
async function open(t: ExecutionContext) {
  const begun = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  const server = createServer((_request, response) => {
    begun.resolve()
    void told.promise.then(() => response.end('done'))
  })
  const running = new RunningRequests([server])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const ask = async (): Promise<IncomingMessage> => {
    const asking = request({ host: '127.0.0.1', port, agent }).end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    answer.resume()
    return answer
  }
  return { server, running, ask, begun: begun.promise, answer: told.resolve }
}

test('a server that stops answers first what it has begun, and lets nothing further come', async (t) => {
  const { server, running, ask, begun, answer } = await open(t)
  const asked = ask()
  await begun
  server.close()

  let isFinished = false
  const finished = running.finish(10_000).then(() => (isFinished = true))
  await new Promise((resolve) => setImmediate(resolve))
  t.false(isFinished)
  answer()
  const { statusCode, headers } = await asked
  await finished

  t.is(statusCode, 200)
  t.is(headers.connection, 'close')
})

test('what takes too long is not waited for', async (t) => {
  const { running, ask, begun } = await open(t)
  let isAnswered = false
  void ask().then(
    () => (isAnswered = true),
    () => undefined,
  )
  await begun

  await running.finish(20)

  t.false(isAnswered)
})

/** Some 24 days: what waits for it does not end within a test. */
const longestTimerMs = 2 ** 31 - 1

test('a server with nothing to do stops at once', async (t) => {
  const { running, ask, answer } = await open(t)
  answer()
  await ask()

  await running.finish(longestTimerMs)

  t.pass()
})
