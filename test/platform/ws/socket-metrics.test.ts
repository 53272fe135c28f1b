import test from 'ava'
import { Metrics } from '../../../src/platform/metrics.ts'
import { SocketCounts, showSockets } from '../../../src/platform/ws/socket-metrics.ts'
import { Scrape } from '../../support/scrape.ts'

/** What is counted is seen in test/platform/ws/connection.test.ts; here that each count has its own name. */

test('each count of sockets is shown under its own name', async (t) => {
  const metrics = new Metrics()
  const counts = new SocketCounts()
  const door = { size: 3, counts }
  showSockets(metrics, door)
  Object.assign(counts, { opened: 5, frames: 70, framesRefused: 11, framesDropped: 13 })
  counts.countClosed('slow')
  counts.countClosed('slow')
  counts.countClosed('draining')
  counts.countRefused('not_signed_in')

  const shown = new Scrape(await metrics.text())

  t.is(shown.value('madang_sockets'), 3)
  t.is(shown.value('madang_sockets_opened_total'), 5)
  t.is(shown.value('madang_socket_frames_total'), 70)
  t.is(shown.value('madang_socket_frames_refused_total'), 11)
  t.is(shown.value('madang_socket_frames_dropped_total'), 13)
  t.is(shown.value('madang_sockets_closed_total', { reason: 'slow' }), 2)
  t.is(shown.value('madang_sockets_closed_total', { reason: 'draining' }), 1)
  t.is(shown.value('madang_sockets_closed_total', { reason: 'noPong' }), 0)
  t.deepEqual(
    shown.series('madang_sockets_refused_total').map(({ labels, value }) => [labels['code'], value]),
    [['not_signed_in', 1]],
  )
})
