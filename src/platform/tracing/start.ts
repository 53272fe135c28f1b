import { within } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { CannotStart } from '../start.ts'
import { traceDrivers } from './drivers.ts'
import type { TracingSettings } from './open-telemetry.ts'
import { traceBy } from './tracer.ts'

export type { TracingSettings }

/** What is not sent by then when a process stops is lost. */
const sendMs = 3000

/**
 * Begins to trace what is opened from here on. `close` sends what waits, for some seconds at most. Error: `CannotStart` when the
 * packages of OpenTelemetry, which nothing else needs, are not installed.
 */
export async function startTracing(settings: TracingSettings, log: Log): Promise<{ close(): Promise<void> }> {
  const { openTelemetry } = await loadPackages()
  const { tracer, close } = openTelemetry(settings, log)
  traceBy(tracer)
  const leaveDrivers = traceDrivers(tracer)
  return {
    async close() {
      leaveDrivers()
      traceBy(undefined)
      await within(sendMs, 'sending spans', close()).catch((error: unknown) => {
        log.warn({ err: error }, 'the last spans could not be sent')
      })
    },
  }
}

async function loadPackages(): Promise<typeof import('./open-telemetry.ts')> {
  try {
    return await import('./open-telemetry.ts')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing) throw cause
    throw new CannotStart(
      'OTEL_EXPORTER_OTLP_ENDPOINT: tracing needs packages that are not installed. Install them (docs/operations.md, Tracing), or take the setting away.',
      { cause },
    )
  }
}
