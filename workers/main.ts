import { loadConfig } from '../src/config.ts'
import { openTracing } from '../src/foundation.ts'
import { stopOnSignal } from '../src/platform/lifecycle.ts'
import { createLog } from '../src/platform/log.ts'
import { forgetProto, leaveWith } from '../src/platform/start.ts'
import { startWorker } from './worker.ts'

/** A worker: takes the jobs, and sweeps for what no job announced. SIGTERM finishes what runs. */
forgetProto()
try {
  const config = loadConfig(process.env)
  const log = createLog({ level: config.LOG_LEVEL, service: config.SERVER_NAME })
  const stopBy = stopOnSignal(log)
  const tracing = await openTracing(config, log, 'madang-worker')
  const worker = await startWorker(config, log)
  stopBy(() => worker.stop().finally(() => tracing.close()))
} catch (error) {
  await leaveWith(error)
}
