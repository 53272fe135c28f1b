import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { freePort, rememberedPort } from '../../tools/ports.ts'

test('a service gets the port it had last time', async (t) => {
  const file = portsFile(t)
  const first = await rememberedPort({ file, name: 'redis', preferred: await freePort() })

  const second = await rememberedPort({ file, name: 'redis', preferred: await freePort() })

  t.is(second, first)
})

test('a taken port is left to its owner and another one is remembered', async (t) => {
  const file = portsFile(t)
  const taken = await occupy(t)

  const port = await rememberedPort({ file, name: 'nginx', preferred: taken })

  t.not(port, taken)
  t.is(await rememberedPort({ file, name: 'nginx', preferred: taken }), port)
})

test('two services never get one port', async (t) => {
  const file = portsFile(t)
  const preferred = await freePort()

  const ports = [
    await rememberedPort({ file, name: 'server-1', preferred }),
    await rememberedPort({ file, name: 'server-2', preferred }),
  ]

  t.is(ports[0], preferred)
  t.not(ports[1], preferred)
})

test('a port belongs to who looked for it first, until that process ends', async (t) => {
  const script = `import { freePort } from '${import.meta.resolve('../../tools/ports.ts')}'
    process.send(await freePort()); process.on('message', () => undefined)`
  const other = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.teardown(() => other.kill('SIGKILL'))
  const [port] = (await once(other, 'message')) as [number]
  const only = { least: port, most: port }

  await t.throwsAsync(freePort(only), { message: /no free port/ })
  other.kill('SIGKILL')
  await once(other, 'exit')

  t.is(await freePort(only), port)
})

function portsFile(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-ports-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return path.join(folder, 'ports.json')
}

async function occupy(t: ExecutionContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
