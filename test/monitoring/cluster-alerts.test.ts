import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'
import { documentedClusterAlerts } from './documented.ts'

/** Alerts on what only a cluster knows: each fires for what it names, and is in the guide. */

const promtool = process.env['PROMTOOL'] ?? ''
const withPromtool = promtool === '' ? test.skip : test

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const { spec } = z
  .looseObject({
    spec: z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(z.looseObject({ alert: z.string() })) })) }),
  })
  .parse(parse(read('deploy/kubernetes/components/monitoring/cluster-rules.yaml')))
const alerts = spec.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))

const well = {
  'kube_deployment_status_replicas_unavailable{namespace="madang",deployment="server"}': '0x160',
  'kube_deployment_status_replicas_unavailable{namespace="another",deployment="server"}': '3x160',
  'kube_job_failed{namespace="madang",job_name="backup-29",condition="true"}': '0x160',
  'kube_job_failed{namespace="madang",job_name="backup-29",condition="false"}': '1x160',
}
const troubles: Readonly<Record<string, Partial<typeof well>>> = {
  MadangPodsAway: { 'kube_deployment_status_replicas_unavailable{namespace="madang",deployment="server"}': '1x160' },
  MadangTaskFailed: { 'kube_job_failed{namespace="madang",job_name="backup-29",condition="true"}': '1x160' },
}
/** As an update takes one away for some minutes. */
const update = {
  ...well,
  'kube_deployment_status_replicas_unavailable{namespace="madang",deployment="server"}': '0x40 1x20 0x100',
}

/** Rejects when another alert than this one fires after half an hour of these series, or this one does not. */
async function judge(t: ExecutionContext, series: Readonly<Record<string, string>>, alert?: string): Promise<void> {
  const place = mkdtempSync(path.join(tmpdir(), 'madang-alerts-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  writeFileSync(path.join(place, 'rules.yml'), stringify(spec))
  const one = {
    interval: '15s',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: 'max by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '30m',
        exp_samples: alert === undefined ? [] : [{ labels: `{alertname="${alert}"}`, value: 1 }],
      },
    ],
  }
  const file = path.join(place, 'tests.yml')
  writeFileSync(file, stringify({ rule_files: ['rules.yml'], evaluation_interval: '15s', tests: [one] }))
  await promisify(execFile)(promtool, ['test', 'rules', file])
}

test('each is in the guide, and has a trouble', (t) => {
  t.deepEqual(Object.keys(troubles), alerts)
  t.deepEqual(
    documentedClusterAlerts.map(({ alert }) => alert),
    alerts,
  )
})

withPromtool('while all is well, and while an update goes on, none fires', async (t) => {
  await t.notThrowsAsync(judge(t, well))
  await t.notThrowsAsync(judge(t, update))
})

for (const alert of alerts) {
  withPromtool(`${alert} fires for what it names, and one that does not would be found out`, async (t) => {
    await t.notThrowsAsync(judge(t, { ...well, ...troubles[alert] }, alert))
    await t.throwsAsync(judge(t, well, alert))
  })
}
