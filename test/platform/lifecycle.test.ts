import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { within } from '../../src/platform/lifecycle.ts'
import { freePort } from '../../tools/ports.ts'
import { linesOf } from '../support/log-lines.ts'
import { Part } from '../support/part.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

const scripts = ['src/server.ts', 'workers/main.ts']
const inTimeMs = 60_000

/** A process in which a call of the file system waits for a pipe that nobody writes into, as for a disk that is away. */
async function withHungCall(t: ExecutionContext, script: string, port: number): Promise<Part> {
  const place = await mkdtemp(path.join(tmpdir(), 'madang-hung-'))
  t.teardown(() => rm(place, { recursive: true }))
  const [pipe, preload] = [path.join(place, 'pipe'), path.join(place, 'preload.mjs')]
  await promisify(execFile)('mkfifo', [pipe])
  await writeFile(preload, `import { open } from 'node:fs'\nopen(${JSON.stringify(pipe)}, 'r', () => undefined)\n`)
  const own = { HOST: '127.0.0.1', PORT: String(port), WORKER_PORT: String(port), SERVER_NAME: 'one' }
  const part = new Part(script, port, { ...world().env, LOG_LEVEL: 'info', ...own }, { preload })
  await part.start()
  t.teardown(() => part.end('SIGKILL'))
  return part
}

for (const script of scripts) {
  test.serial(`${script} ends in time when it is told to, also while a disk does not answer`, async (t) => {
    const part = await withHungCall(t, script, await freePort())
    await part.ready()

    t.is(await within(inTimeMs, script, part.end('SIGTERM')), 0)

    const said = linesOf(part.log).map(({ level, msg }) => `${String(level)} ${String(msg)}`)
    t.deepEqual(said.slice(-2), [
      'info stopping',
      'warn a call of the file system is still under way: this process ends without it',
    ])
  })

  test.serial(`${script} that cannot start ends in time, also while a disk does not answer`, async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    t.teardown(() => taken.close())
    await once(taken, 'listening')
    const part = await withHungCall(t, script, (taken.address() as AddressInfo).port)

    t.deepEqual(await within(inTimeMs, script, once(part.child, 'exit')), [1, null])

    t.regex(part.log, /EADDRINUSE/)
  })
}
