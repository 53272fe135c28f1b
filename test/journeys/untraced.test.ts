import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'
import { call, signUp } from '../accounts/client.ts'
import type { Loaded } from '../support/loaded-modules.ts'
import { stackOf } from '../support/stack.ts'
import { worldOf } from '../support/world.ts'

/** Without a collector nothing is traced, and nothing for it is there. */
const preload = new URL('../support/loaded-modules.ts', import.meta.url).href
const stack = stackOf(test, {}, { preload })
const world = worldOf(test)

/** prom-client looks into the API of OpenTelemetry, which is empty without its SDK: that is there whoever traces. */
function isForTracing({ url, from }: Loaded): boolean {
  if (/\/(prom-client|@opentelemetry\/api)\//.test(from)) return false
  return url.includes('/@opentelemetry/') || url.endsWith('/open-telemetry.ts')
}

async function modulesOf(name: 'server-1' | 'worker-1'): Promise<Loaded[]> {
  const child = stack().childOf(name)
  child.send('modules')
  const [modules] = (await once(child, 'message')) as [Loaded[]]
  return modules
}

test.serial('no process has loaded a module of OpenTelemetry for us, or one of ours that knows it', async (t) => {
  const alice = await signUp(stack().address)
  await call(stack().address, 'GET /v1/me', { token: alice.access })

  for (const name of ['server-1', 'worker-1'] as const) {
    const modules = await modulesOf(name)
    t.true(modules.length > 100, name)
    t.true(modules.some(({ url }) => url.endsWith('/src/platform/tracing/tracer.ts')))
    t.deepEqual(modules.filter(isForTracing), [])
  }
})

for (const script of ['src/server.ts', 'workers/main.ts']) {
  test.serial(`${script} does not start to be traced without the packages, and says what to do`, async (t) => {
    const env = {
      ...world().env,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      WITHOUT_MODULES: '@opentelemetry/sdk-trace,@opentelemetry/resources,@opentelemetry/exporter',
      PORT: '0',
    }
    const child = spawn(process.execPath, ['--import', preload, script], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]

    t.is(code, 1)
    t.regex(said, /^OTEL_EXPORTER_OTLP_ENDPOINT: tracing needs packages that are not installed\..*docs\/operations\.md/)
    t.is(said.trim().split('\n').length, 1, said)
  })
}
