import { randomUUIDv7 } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { Prometheus } from '../../tools/monitoring/prometheus.ts'
import { Crowd, RawSocket, openRoom, takeSeat } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { dashboards, isPanel, queries } from './files.ts'

/** A real Prometheus reads a running stack by the configuration that is shipped, and answers what panels and rules ask. */

const program = process.env['PROMETHEUS'] ?? ''
const withPrometheus = program === '' ? test.serial.skip : test.serial

const stack = stackOf(test)
let prometheus: Prometheus | undefined
const folder = mkdtempSync(path.join(tmpdir(), 'madang-prometheus-'))

test.serial.before('Prometheus watches', async (t) => {
  t.timeout(120_000)
  if (program === '') return
  const servers = (['server-1', 'server-2'] as const).map((name) => new URL(stack().serverAddress(name)).host)
  const workers = [new URL(stack().workerAddress).host]
  prometheus = await Prometheus.start({ program, folder, scrapeSeconds: 1, servers, workers })
})
test.serial.after.always('Prometheus stops', async (t) => {
  await prometheus?.stop()
  rmSync(folder, { recursive: true, force: true })
  t.pass()
})

const watcher = (): Prometheus => {
  if (prometheus === undefined) throw new Error('Prometheus is started before the first test')
  return prometheus
}

const vector = z.object({
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
})
const ask = async (query: string) => vector.parse(await watcher().ask('query', { query })).result

withPrometheus('it finds both servers and the worker', async (t) => {
  await eventually(async () => (await ask('up == 1')).length === 3)
  const jobs = (await ask('sum by (job) (up)')).map(({ metric, value }) => [metric['job'], value[1]])
  t.deepEqual(jobs.toSorted(), [
    ['madang-server', '2'],
    ['madang-worker', '1'],
  ])
})

/** What does not happen to a stack that is well, and so has no series yet. */
const untilItHappens = new Set(['madang-doors, Failed', 'madang-doors, Over a limit'])

const panels = dashboards.flatMap(({ uid, panels: all }) => all.filter(isPanel).map(({ title }) => `${uid}, ${title}`))

withPrometheus('every panel has an answer, and every rule one that it understands', async (t) => {
  const crowd = new Crowd(stack())
  t.teardown(() => crowd.leave())
  const mentor = await crowd.visitor('minji', 'mentor')
  const alice = await crowd.visitor('alice')
  const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
  await takeSeat(alice.person, room)
  const socket = await RawSocket.open(stack().serverAddress('server-1'), alice.person)
  t.teardown(() => socket.close())
  await socket.ask({ type: 'subscribe', room })

  const without = async (): Promise<string[]> => {
    await socket.ask({ type: 'send', room, id: randomUUIDv7(), body: '안녕하세요' })
    await fetch(`${stack().address}/v1/rooms/${room}`)
    const answers = await Promise.all(queries.map(async (one) => ({ ...one, found: (await ask(one.query)).length })))
    const answered = new Set(answers.filter(({ found }) => found > 0).map(({ where }) => where))
    return panels.filter((panel) => !answered.has(panel))
  }
  let empty: string[] = []
  await eventually(async () => {
    empty = await without()
    return empty.every((where) => untilItHappens.has(where))
  }).catch(() => t.fail(`no answer: ${empty.join('; ')}`))
  t.pass()
})

withPrometheus('all rules are evaluated, and none of them fires here', async (t) => {
  const shape = z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
    ),
  })
  const rules = await eventually(async () => {
    const found = shape.parse(await watcher().ask('rules')).groups.flatMap((group) => group.rules)
    return found.length > 0 && found.every(({ health }) => health !== 'unknown') && found
  })
  t.deepEqual(
    rules
      .filter(({ health, state }) => health !== 'ok' || state === 'firing')
      .map(({ name, health, state }) => `${name} ${health} ${state}`),
    [],
  )
})

withPrometheus(
  'a server whose name nobody knows any more is down, and who is asked by name is not counted twice',
  async (t) => {
    const place = mkdtempSync(path.join(tmpdir(), 'madang-prometheus-named-'))
    t.teardown(() => rmSync(place, { recursive: true, force: true }))
    const host = new URL(stack().serverAddress('server-1')).host
    const named = [host, 'server-2.invalid:3000']
    const own = await Prometheus.start({
      ...{ program, folder: place, scrapeSeconds: 1, servers: [host], workers: [], named },
    })
    t.teardown(() => own.stop())
    const askOwn = async (query: string) =>
      vector.parse(await own.ask('query', { query })).result.map(({ metric, value }) => [metric['instance'], value[1]])

    await eventually(async () => (await askOwn('up{job="madang-named"}')).length === 2)
    const answered = await eventually(async () => {
      const found = await askOwn('madang_process_info')
      return found.length > 0 && found
    })

    t.deepEqual((await askOwn('up{job="madang-named"}')).toSorted(), [
      [host, '1'],
      ['server-2.invalid:3000', '0'],
    ])
    t.is(answered.length, 1)
  },
)

withPrometheus('promtool has nothing to say against our names', async (t) => {
  for (const address of [stack().serverAddress('server-1'), stack().workerAddress]) {
    const text = await (await fetch(`${address}/metrics`)).text()
    const child = spawn(process.env['PROMTOOL'] ?? '', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => void (said += bytes.toString()))
    child.stdin.end(text)
    await once(child, 'close')
    t.deepEqual(
      said.split('\n').filter((line) => line.startsWith('madang_')),
      [],
      address,
    )
  }
})
