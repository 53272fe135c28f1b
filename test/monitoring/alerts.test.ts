import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { folder, rules } from './files.ts'
import { judgeRules, promtool, run, seriesOf } from './promtool.ts'
import type { Series } from './promtool.ts'

/** Prometheus' own tool judges the rules: each fires for what it names, and none while all is well. */

const withPromtool = promtool === '' ? test.skip : test

const rulesFile = path.join(folder, 'alerts.yml')

/** Half an hour of series, four samples a minute. */
const server = 'job="madang-server",instance="s1"'
const worker = 'job="madang-worker",instance="w1"'
const otherWorker = 'job="madang-worker",instance="w2"'
const namedServer = 'job="madang-named",instance="server-1:3000"'
const never = '0x160'

const healthy: Series = {
  [`up{${server}}`]: '1x160',
  [`up{${worker}}`]: '1x160',
  [`up{${otherWorker}}`]: '1x160',
  [`up{${namedServer}}`]: '1x160',
  [`process_start_time_seconds{${server}}`]: '1000x160',
  [`nodejs_eventloop_lag_p99_seconds{${server}}`]: '0.02x160',
  [`process_open_fds{${server}}`]: '100x160',
  [`process_max_fds{${server}}`]: '1000x160',
  'madang_http_requests_total{status="200"}': '0+100x160',
  'madang_http_requests_total{status="503"}': never,
  'madang_sends_total{outcome="kept"}': '0+50x160',
  'madang_sends_total{outcome="timeout"}': never,
  'madang_sends_total{outcome="buffer_full"}': never,
  'madang_send_deliver_seconds_bucket{le="0.01"}': '0+50x160',
  'madang_send_deliver_seconds_bucket{le="1"}': '0+50x160',
  'madang_send_deliver_seconds_bucket{le="2.5"}': '0+50x160',
  'madang_send_deliver_seconds_bucket{le="+Inf"}': '0+50x160',
  'madang_sockets_closed_total{reason="slow"}': '0+1x160',
  madang_streams_cut_off_total: never,
  'madang_rate_limited_total{limit="sign_in"}': '0+1x160',
  madang_suspect_epochs_total: never,
  'madang_closings{state="quarantined"}': never,
  'madang_closings{state="accepted"}': '3x160',
  'madang_closings_oldest_seconds{state="draining"}': '3x160',
  'madang_closings_oldest_seconds{state="suspect"}': '90000x160',
  madang_buffered_oldest_seconds: '61x160',
  madang_flush_failures_total: never,
  'madang_redis_connected{instance="s1",connection="append"}': '1x160',
  'madang_redis_reconnects_total{instance="s1",connection="append"}': '1x160',
  madang_redis_append_only_ok: '1x160',
  madang_redis_memory_bytes: '100x160',
  madang_redis_memory_full_bytes: '1000x160',
  'madang_mysql_wait_seconds_bucket{instance="s1",le="0.001"}': '0+50x160',
  'madang_mysql_wait_seconds_bucket{instance="s1",le="0.5"}': '0+50x160',
  'madang_mysql_wait_seconds_bucket{instance="s1",le="5"}': '0+50x160',
  'madang_mysql_wait_seconds_bucket{instance="s1",le="+Inf"}': '0+50x160',
  'madang_mysql_wait_failures_total{instance="s1"}': never,
  'madang_queue_jobs{queue="flush-rooms",state="waiting"}': '7x160',
  'madang_queue_jobs{queue="flush-rooms",state="failed"}': '7000x160',
  'madang_job_duration_seconds_count{queue="flush-rooms",outcome="failed"}': never,
  'madang_job_duration_seconds_count{queue="flush-rooms",outcome="done"}': '0+50x160',
  madang_events_oldest_seconds: '0x160',
  madang_events_position: '0+10x160',
  'madang_stream_position{instance="s1"}': '0+10x160',
  madang_pictures_overdue: never,
  'madang_survey_failures_total{survey="queues"}': never,
}

/** What is other than healthy, and how many minutes on the alert is looked for. */
const troubles: Record<string, { changes: Series; at?: number }> = {
  // A container that is gone has no address any more: what was asked there has no series from then on, and only who is asked by name shows as down.
  MadangProcessDown: { changes: { [`up{${server}}`]: '1x40 stale', [`up{${namedServer}}`]: '1x40 0x120' } },
  MadangNoServer: { changes: { [`up{${server}}`]: '1x40 stale' } },
  MadangNoWorker: { changes: { [`up{${worker}}`]: '1x40 stale', [`up{${otherWorker}}`]: '1x40 0x120' } },
  MadangWorkersFewer: { changes: { [`up{${otherWorker}}`]: '1x80 stale' } },
  MadangRestartsAgainAndAgain: {
    changes: { [`process_start_time_seconds{${server}}`]: '1x10 2x10 3x10 4x10 5x120' },
    at: 11,
  },
  MadangEventLoopLate: { changes: { [`nodejs_eventloop_lag_p99_seconds{${server}}`]: '0.3x160' } },
  MadangFilesRunOut: { changes: { [`process_open_fds{${server}}`]: '801x160' } },
  MadangRequestsFail: { changes: { 'madang_http_requests_total{status="503"}': '0+6x160' } },
  MadangSendsUnknown: { changes: { 'madang_sends_total{outcome="timeout"}': '0+1x160' } },
  MadangBufferFull: { changes: { 'madang_sends_total{outcome="buffer_full"}': '0+1x160' } },
  MadangDeliverySlow: {
    changes: {
      'madang_send_deliver_seconds_bucket{le="0.01"}': '0+48x160',
      'madang_send_deliver_seconds_bucket{le="1"}': '0+49x160',
    },
  },
  MadangSlowClients: { changes: { madang_streams_cut_off_total: '0+16x160' } },
  MadangSignInsRefused: { changes: { 'madang_rate_limited_total{limit="sign_in"}': '0+3x160' } },
  MadangEntriesMayBeLost: { changes: { madang_suspect_epochs_total: '0x20 1x140' } },
  MadangClosingQuarantined: { changes: { 'madang_closings{state="quarantined"}': '1x160' } },
  MadangClosingStuck: { changes: { 'madang_closings_oldest_seconds{state="draining"}': '0+15x160' } },
  MadangNobodyFlushes: { changes: { madang_buffered_oldest_seconds: '0+15x160' } },
  MadangFlushesFail: { changes: { madang_flush_failures_total: '0+1x160' } },
  MadangRedisAway: { changes: { 'madang_redis_connected{instance="s1",connection="append"}': '0x160' } },
  MadangRedisComesAndGoes: {
    changes: { 'madang_redis_reconnects_total{instance="s1",connection="append"}': '0+1x160' },
  },
  MadangRedisFileFails: { changes: { madang_redis_append_only_ok: '0x160' } },
  MadangRedisFillsUp: { changes: { madang_redis_memory_bytes: '801x160' } },
  MadangMysqlWaits: {
    changes: {
      'madang_mysql_wait_seconds_bucket{instance="s1",le="0.001"}': '0+40x160',
      'madang_mysql_wait_seconds_bucket{instance="s1",le="0.5"}': '0+45x160',
    },
  },
  MadangMysqlRefuses: { changes: { 'madang_mysql_wait_failures_total{instance="s1"}': '0+1x160' } },
  MadangJobsPileUp: { changes: { 'madang_queue_jobs{queue="flush-rooms",state="waiting"}': '1001x160' } },
  MadangJobsFail: {
    changes: { 'madang_job_duration_seconds_count{queue="flush-rooms",outcome="failed"}': '0+1x160' },
  },
  MadangEventsLate: { changes: { madang_events_oldest_seconds: '31x160' } },
  MadangServerBehind: { changes: { 'madang_stream_position{instance="s1"}': '0+1x160' } },
  MadangPicturesOverdue: { changes: { madang_pictures_overdue: '1x160' } },
  MadangNumbersMissing: { changes: { 'madang_survey_failures_total{survey="queues"}': '0+1x160' } },
}

interface Expected {
  expr: string
  samples: { labels: string; value: number }[]
}

function testOf(series: Series, minutes: number, { expr, samples }: Expected) {
  return {
    interval: '15s',
    input_series: seriesOf(series),
    promql_expr_test: [{ expr, eval_time: `${minutes}m`, exp_samples: samples }],
  }
}

const firing = (alert: string): Expected => ({
  expr: `max by (alertname) (ALERTS{alertname="${alert}", alertstate="firing"})`,
  samples: [{ labels: `{alertname="${alert}"}`, value: 1 }],
})
const silent: Expected = { expr: 'max by (alertname) (ALERTS)', samples: [] }

const judge = (t: ExecutionContext, tests: readonly object[]): Promise<string> =>
  judgeRules(t, { rulesFile, interval: '15s', tests })

withPromtool('promtool takes the rules and the configuration', async (t) => {
  const { stdout } = await run(promtool, ['check', 'rules', rulesFile])
  t.true(stdout.includes(`SUCCESS: ${rules.length} rules found`), stdout)
  await t.notThrowsAsync(run(promtool, ['check', 'config', path.join(folder, 'prometheus.yml')]))
})

test('there is a trouble for each alert, and an alert for each trouble', (t) => {
  t.deepEqual(Object.keys(troubles).toSorted(), rules.map(({ alert }) => alert).toSorted())
  for (const [alert, { changes }] of Object.entries(troubles))
    for (const series of Object.keys(changes)) t.true(series in healthy, `${alert}: ${series}`)
})

withPromtool('while all is well no alert so much as waits', async (t) => {
  await t.notThrowsAsync(judge(t, [testOf(healthy, 30, silent)]))
})

withPromtool('each alert fires for what it names', async (t) => {
  const tests = Object.entries(troubles).map(([alert, { changes, at = 30 }]) =>
    testOf({ ...healthy, ...changes }, at, firing(alert)),
  )
  await t.notThrowsAsync(judge(t, tests))
})

withPromtool('one worker more for as long as an update takes is no reason to miss it afterwards', async (t) => {
  const surge = { ...healthy, 'up{job="madang-worker",instance="w3"}': '_x40 1x20 stale' }
  await t.notThrowsAsync(judge(t, [testOf(surge, 30, silent)]))
})

withPromtool('an alert that does not fire would be found out', async (t) => {
  await t.throwsAsync(judge(t, [testOf(healthy, 30, firing('MadangProcessDown'))]))
  const { changes = {} } = troubles['MadangProcessDown'] ?? {}
  await t.throwsAsync(judge(t, [testOf({ ...healthy, ...changes }, 30, silent)]))
})
