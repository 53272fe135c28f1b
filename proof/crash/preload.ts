import { writeSync } from 'node:fs'
import { crashPoints, passed } from '../../src/platform/crash-point.ts'
import { noticeOf, readOrder } from './order.ts'
import type { Order } from './order.ts'

/**
 * Loaded before a server or a worker (`node --import`): ends the process, or freezes it, when it passes a crash point. Which one is
 * said at its start by `CRASHPOINT=name:n`, or later by a parent that sends an order. Nothing of Madang knows of it.
 */
let order: Order | undefined = orderFromEnvironment(process.env['CRASHPOINT'])

passed.subscribe((point) => {
  if (order === undefined || point !== order.point) return
  order = { ...order, passing: order.passing - 1 }
  if (order.passing > 0) return
  const { signal } = order
  order = undefined
  // Written before the end, and not through a stream, so that whoever waits knows that it came here.
  writeSync(process.stderr.fd, `${noticeOf(point, signal)}\n`)
  process.kill(process.pid, signal)
})

process.on('message', (message) => {
  order = readOrder(message)
  process.send?.('armed')
})
// A parent that may still send an order is no reason to stay.
process.channel?.unref()

function orderFromEnvironment(text: string | undefined): Order | undefined {
  if (text === undefined) return undefined
  const [, name, passing = '1'] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
  const point = crashPoints.find((known) => known === name)
  if (point !== undefined && Number(passing) > 0) return { point, passing: Number(passing), signal: 'SIGKILL' }
  throw new Error(`CRASHPOINT=${text}: give name:n with one of these names\n  ${crashPoints.join('\n  ')}`)
}
