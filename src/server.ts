import { createApp } from './app.ts'
import { loadConfig } from './config.ts'
import { openTracing } from './foundation.ts'
import { stopOnSignal } from './platform/lifecycle.ts'
import { createLog } from './platform/log.ts'
import { forgetProto, leaveWith } from './platform/start.ts'

/** A web server: HTTP, ws. SIGTERM drains it. */
forgetProto()
try {
  const config = loadConfig(process.env)
  const log = createLog({ level: config.LOG_LEVEL, service: config.SERVER_NAME })
  const stopBy = stopOnSignal(log)
  const tracing = await openTracing(config, log, 'madang-server')
  const app = await createApp(config, log)
  stopBy(() => app.stop().finally(() => tracing.close()))
  await app.start()
} catch (error) {
  await leaveWith(error)
}
