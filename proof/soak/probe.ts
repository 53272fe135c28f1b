import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/**
 * Loaded before a process of Madang (`--import`), as nothing outside can see its heap: writes it down every few seconds, with how late
 * the event loop was, into a file named after the process.
 */
const folder = process.env['SOAK_PROBES']
const name = process.env['SERVER_NAME']
const everyMs = 5000

if (folder !== undefined && name !== undefined) {
  const file = path.join(folder, `${name}.json`)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const write = (): void => {
    const { heapUsed, external } = process.memoryUsage()
    const content = { pid: process.pid, heap: heapUsed, external, loopP99: delay.percentile(99) / 1e6 }
    delay.reset()
    writeFileSync(`${file}.new`, JSON.stringify(content))
    renameSync(`${file}.new`, file)
  }
  setInterval(write, everyMs).unref()
}
