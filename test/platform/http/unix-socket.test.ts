import { once } from 'node:events'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { loadConfig, longestPathBytes } from '../../../src/config.ts'
import { createHttpApp } from '../../../src/platform/http/app.ts'
import { Doors } from '../../../src/platform/http/doors.ts'
import { healthRoutes, Health } from '../../../src/platform/http/health.ts'
import { listenOnFile } from '../../../src/platform/http/unix-socket.ts'
import { createLog } from '../../../src/platform/log.ts'
import { CannotStart } from '../../../src/platform/start.ts'

const log = createLog({ level: 'silent', service: 'test' })

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-unix-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function serverOf(t: ExecutionContext) {
  const server = createServer((_request, response) => response.end('ours'))
  t.teardown(() => server.close())
  return server
}

async function askOver(where: { agent: Agent } & ({ socketPath: string } | { port: number })): Promise<string> {
  const asking = request(where).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return text
}

async function ask(where: { socketPath: string } | { port: number }, headers = {}): Promise<string> {
  const asking = request({ ...where, path: '/livez', headers, agent: false }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return `${answer.statusCode} ${text}`
}

/** Another process that listens on the file. */
async function stranger(t: ExecutionContext, file: string): Promise<ChildProcess> {
  const script = `require('net').createServer().listen(process.argv[1], () => console.log('listening'))`
  const child = spawn(process.execPath, ['-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout!, 'data')
  return child
}

test('a server is reached by its port and by its file, and the file goes with it', async (t) => {
  const file = path.join(folderOf(t), 'server.sock')
  const health = new Health({ checks: {}, timeoutMs: 1000, log })
  const app = createHttpApp({ log, routes: healthRoutes(health) })
  const doors = new Doors({ host: '127.0.0.1', port: 0, file }, app.callback())
  t.teardown(() => doors.cutOff())

  const port = await doors.open()

  t.is(await ask({ socketPath: file }), '200 {"status":"alive"}')
  t.is(await ask({ port }), '200 {"status":"alive"}')
  const closed = doors.close(60_000)
  t.false(existsSync(file))
  await t.throwsAsync(ask({ socketPath: file }), { code: 'ENOENT' })
  await t.throwsAsync(ask({ port }), { code: 'ECONNREFUSED' })
  await closed
})

/** Doors to a server that answers at once, and how many connections it has. */
async function openDoors(t: ExecutionContext) {
  const file = path.join(folderOf(t), 'server.sock')
  const doors = new Doors({ host: '127.0.0.1', port: 0, file }, (_request, response) => response.end('heard'))
  t.teardown(() => doors.cutOff())
  const port = await doors.open()
  return { doors, file, port }
}

for (const way of ['port', 'file'] as const) {
  test(`a request that comes over a kept connection while the ${way} closes is answered, and nobody waits for ever`, async (t) => {
    const { doors, file, port } = await openDoors(t)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => agent.destroy())
    const where = way === 'file' ? { socketPath: file, agent } : { port, agent }
    t.is(await askOver(where), 'heard')

    const closed = doors.close(60_000)
    t.is(await askOver(where), 'heard')
    agent.destroy()
    await closed

    const { doors: others, port: otherPort } = await openDoors(t)
    t.is(await askOver({ port: otherPort, agent: new Agent({ keepAlive: true }) }), 'heard')
    // That connection stays.
    await others.close(20)
  })
}

test('who waits at the file when it closes is let in, each of them, and nobody comes behind them', async (t) => {
  const { doors, file } = await openDoors(t)
  // Connected before this turn ends, which is before the server can take one of them.
  const waiting = Array.from({ length: 50 }, () => connect(file))
  const answers = waiting.map(async (socket) => {
    let text = ''
    socket.end('GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n')
    for await (const chunk of socket) text += String(chunk)
    return text
  })

  const closed = doors.close(60_000)
  t.throws(() => lstatSync(file), { code: 'ENOENT' })
  const texts = await Promise.all(answers)
  await closed

  t.is(texts.filter((text) => text.endsWith('heard')).length, 50)
})

test('its owner and its group may connect, nobody else, whatever the process lets others do with files', async (t) => {
  const file = path.join(folderOf(t), 'server.sock')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))

  await listenOnFile(serverOf(t), file)

  t.is(lstatSync(file).mode & 0o777, 0o660)
  t.is(process.umask(before), 0, 'what the process lets others do is as it was')
})

test('the file that a killed process left behind is taken over', async (t) => {
  const file = path.join(folderOf(t), 'server.sock')
  const dead = await stranger(t, file)
  dead.kill('SIGKILL')
  await once(dead, 'exit')
  t.true(lstatSync(file).isSocket())

  await listenOnFile(serverOf(t), file)

  t.is(await ask({ socketPath: file }), '200 ours')
})

test('a file on which somebody listens is left alone, also when they stand still', async (t) => {
  const file = path.join(folderOf(t), 'server.sock')
  const alive = await stranger(t, file)
  const { ino } = lstatSync(file)

  await t.throwsAsync(listenOnFile(serverOf(t), file), { instanceOf: CannotStart, message: /listens on .* already/ })
  alive.kill('SIGSTOP')
  await t.throwsAsync(listenOnFile(serverOf(t), file), { instanceOf: CannotStart, message: /listens on .* already/ })

  t.is(lstatSync(file).ino, ino)
})

test('what is no socket is left alone: a file, a folder, a link', async (t) => {
  const folder = folderOf(t)
  const inside = (name: string): string => path.join(folder, name)
  writeFileSync(inside('file'), 'somebody needs this')
  mkdirSync(inside('folder'))
  symlinkSync(inside('file'), inside('link'))

  for (const name of ['file', 'folder', 'link']) {
    await t.throwsAsync(
      listenOnFile(serverOf(t), inside(name)),
      { instanceOf: CannotStart, message: /no socket/ },
      name,
    )
  }

  t.is(readFileSync(inside('link'), 'utf8'), 'somebody needs this')
})

test('a folder that is not there, or not ours, is said before anybody comes', async (t) => {
  const folder = folderOf(t)
  const missing = path.join(folder, 'missing', 'server.sock')
  await t.throwsAsync(listenOnFile(serverOf(t), missing), { instanceOf: CannotStart, message: /ENOENT|EACCES/ })

  chmodSync(folder, 0o500)
  // Root may write everywhere.
  if (process.getuid?.() === 0) return
  await t.throwsAsync(listenOnFile(serverOf(t), path.join(folder, 'server.sock')), { instanceOf: CannotStart })
})

test('a path that a unix socket has no room for is refused by the configuration, and so is one that depends on where one stands', async (t) => {
  const others = { DATABASE_URL: 'mysql://a', REDIS_URL: 'redis://a', TOKEN_KEYS: 'k:secret' }
  const longest = `/${'x'.repeat(longestPathBytes - 1)}`

  t.is(loadConfig({ ...others, LISTEN_FILE: longest }).LISTEN_FILE, longest)
  t.throws(() => loadConfig({ ...others, LISTEN_FILE: `${longest}x` }), { message: /LISTEN_FILE: .*at most 107 bytes/ })
  t.throws(() => loadConfig({ ...others, LISTEN_FILE: `/${'가'.repeat(36)}` }), { message: /LISTEN_FILE: .*at most/ })
  t.throws(() => loadConfig({ ...others, LISTEN_FILE: 'server.sock' }), { message: /LISTEN_FILE: .*absolute/ })
  t.is(loadConfig(others).LISTEN_FILE, undefined)
})

test('the longest path is a file of just that name', async (t) => {
  const folder = folderOf(t)
  const file = path.join(folder, 'x'.repeat(longestPathBytes - folder.length - 1))

  await listenOnFile(serverOf(t), file)

  t.is(Buffer.byteLength(file), 107)
  t.true(existsSync(file))
  t.is(await ask({ socketPath: file }), '200 ours')
})
