import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'
import { documentedClusterAlerts } from './documented.ts'
import { ruleFile } from './files.ts'
import { judgeRules, promtool, run, seriesOf } from './promtool.ts'
import type { Series } from './promtool.ts'

/** The rules about a cluster, by the numbers that kube-state-metrics has: each fires for what it names, and none while all is well. */

const withPromtool = promtool === '' ? test.skip : test

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const { spec } = z
  .looseObject({ spec: ruleFile })
  .parse(parse(read('deploy/kubernetes/components/monitoring/cluster.yaml')))
const rules = spec.groups.flatMap((group) => group.rules)

const ofKube = 'job="kube-state-metrics",instance="k"'
const here = 'namespace="madang"'
const elsewhere = 'namespace="shop"'
const minutesOfDay = 1440
/** A sample in five minutes, for two days. */
const everyMinutes = 5
const interval = `${everyMinutes}m`
const long = (2 * minutesOfDay) / everyMinutes

const unavailable = (deployment: string, where = here): string =>
  `kube_deployment_status_replicas_unavailable{${ofKube},${where},deployment="${deployment}"}`
const failed = (job: string, where = here): string =>
  `kube_job_failed{${ofKube},${where},job_name="${job}",condition="true"}`
const created = (job: string, where = here): string => `kube_job_created{${ofKube},${where},job_name="${job}"}`
const lastBackup = (where = here): string =>
  `kube_cronjob_status_last_successful_time{${ofKube},${where},cronjob="backup"}`
const cronJob = (where = here): string => `kube_cronjob_created{${ofKube},${where},cronjob="backup"}`

/** promtool's clock begins at 0. One backup a night, each whole an hour after midnight. */
const nightly = `0x12 3600x${long / 2} 90000x${long / 2}`

const healthy: Series = {
  [`up{job="madang-server",${here},instance="s1"}`]: `1x${long}`,
  [unavailable('server')]: `0x${long}`,
  [unavailable('worker')]: `0x${long}`,
  [unavailable('nginx')]: `0x${long}`,
  [failed('migrate-0.1.0')]: `0x${long}`,
  [created('migrate-0.1.0')]: `0x${long}`,
  [failed('backup-1')]: `0x${long}`,
  [created('backup-1')]: `0x${long}`,
  // By hand before an update, as docs/kubernetes.md calls it.
  [failed('before-0.2.0')]: `0x${long}`,
  [created('before-0.2.0')]: `0x${long}`,
  [lastBackup()]: nightly,
  [cronJob()]: `0x${long}`,
  // Another tenant of the cluster, whose names are the same by chance, is none of ours.
  [unavailable('server', elsewhere)]: `3x${long}`,
  [failed('backup-9', elsewhere)]: `1x${long}`,
  [created('backup-9', elsewhere)]: `0x${long}`,
  [cronJob(elsewhere)]: `0x${long}`,
}

/** What is other than healthy, and the minutes at which the alert fires, and at which it does not. */
const troubles: Record<string, { changes: Series; firesAt: number; silentAt: number }[]> = {
  MadangPodsMissing: [
    { changes: { [unavailable('worker')]: `0x12 1x${long}` }, firesAt: 82, silentAt: 78 },
    { changes: { [unavailable('server')]: `0x12 2x6 0x${long}` }, firesAt: 86, silentAt: 106 },
  ],
  MadangKubernetesJobFailed: [
    { changes: { [failed('migrate-0.1.0')]: `0x2 1x${long}` }, firesAt: 17, silentAt: minutesOfDay + 6 },
    { changes: { [failed('backup-1')]: `0x18 1x${long}` }, firesAt: 97, silentAt: 92 },
    { changes: { [failed('before-0.2.0')]: `0x18 1x${long}` }, firesAt: 97, silentAt: 92 },
  ],
  MadangBackupOld: [
    { changes: { [lastBackup()]: `0x12 3600x${long}` }, firesAt: 60 + 36 * 60 + 7, silentAt: 60 + 36 * 60 + 2 },
    { changes: { [lastBackup()]: `_x${long}` }, firesAt: 36 * 60 + 7, silentAt: 36 * 60 + 2 },
  ],
}

function rulesFile(t: ExecutionContext): string {
  const place = mkdtempSync(path.join(tmpdir(), 'madang-cluster-rules-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  const file = path.join(place, 'rules.yml')
  writeFileSync(file, stringify(spec))
  return file
}

const alerts = (alert: string): string =>
  `count by (alertname, namespace) (ALERTS{alertname=~"${alert}",alertstate="firing"})`

function testOf(series: Series, minutes: number, alert: string, isFiring: boolean) {
  const samples = isFiring ? [{ labels: `{alertname="${alert}",namespace="madang"}`, value: 1 }] : []
  return {
    interval,
    input_series: seriesOf(series),
    promql_expr_test: [{ expr: alerts(alert), eval_time: `${minutes}m`, exp_samples: samples }],
  }
}

const judge = (t: ExecutionContext, tests: readonly object[]): Promise<string> =>
  judgeRules(t, { rulesFile: rulesFile(t), interval, tests })

withPromtool('promtool takes the rules', async (t) => {
  const { stdout } = await run(promtool, ['check', 'rules', rulesFile(t)])
  t.true(stdout.includes(`SUCCESS: ${rules.length} rules found`), stdout)
})

test('there is a trouble for each alert, and the page explains each', (t) => {
  const names = rules.map(({ alert }) => alert)
  t.deepEqual(Object.keys(troubles), names)
  t.deepEqual(
    documentedClusterAlerts.map(({ alert, severity }) => [alert, severity]),
    rules.map(({ alert, labels }) => [alert, labels.severity]),
  )
  for (const { alert, why, what } of documentedClusterAlerts) t.true(why.length > 5 && what.length > 5, alert)
  for (const changed of Object.values(troubles).flat())
    for (const series of Object.keys(changed.changes)) t.true(series in healthy, series)
})

test('each leads to a chapter that is there', (t) => {
  for (const { alert, annotations } of rules) {
    const [file = '', anchor = ''] = annotations.runbook.split('#')
    const anchors = [...read(file).matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    t.true(anchors.includes(anchor), `${alert}: ${annotations.runbook}`)
  }
})

withPromtool('while all is well none fires, whatever others of the cluster do', async (t) => {
  const times = [20, 90, minutesOfDay, minutesOfDay + 90, 2 * minutesOfDay - 10]
  await t.notThrowsAsync(
    judge(
      t,
      times.map((minutes) => testOf(healthy, minutes, '.*', false)),
    ),
  )
})

withPromtool('each fires for what it names, and not before or after', async (t) => {
  const tests = Object.entries(troubles).flatMap(([alert, cases]) =>
    cases.flatMap(({ changes, firesAt, silentAt }) => {
      const series = { ...healthy, ...changes }
      return [testOf(series, firesAt, alert, true), testOf(series, silentAt, alert, false)]
    }),
  )
  t.is(tests.length, 14)
  await t.notThrowsAsync(judge(t, tests))
})

withPromtool('one that does not fire would be found out', async (t) => {
  await t.throwsAsync(judge(t, [testOf(healthy, 90, 'MadangPodsMissing', true)]))
})
