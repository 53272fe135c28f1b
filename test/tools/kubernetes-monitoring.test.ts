import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { z } from 'zod'
import { renderOverlay } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'
import { projectFolder } from '../../tools/paths.ts'

/** What a cluster is sent of deploy/monitoring. */

const kubectl = process.env['KUBECTL'] ?? ''
const rendered = kubectl === '' ? test.skip : test
let large: readonly Manifest[] = []

test.before('what a large site sends', async () => {
  if (kubectl !== '') large = await renderOverlay(kubectl, 'large')
})

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')

rendered('the rules of a large site are those of deploy/monitoring, all of them', (t) => {
  const [rule] = large.filter(({ kind, metadata }) => kind === 'PrometheusRule' && metadata.name === 'madang')

  t.deepEqual(rule?.['spec'], parse(read('deploy/monitoring/alerts.yml')))
})

rendered(
  'the dashboards of a large site are those of deploy/monitoring, all of them, where Grafana looks for them',
  (t) => {
    const labelled = large.filter(({ metadata }) => metadata.labels['grafana_dashboard'] === '1')
    const held = labelled.flatMap(({ data }) => Object.entries(z.record(z.string(), z.string()).parse(data)))
    const files = globSync('deploy/monitoring/grafana/dashboards/*.json', { cwd: projectFolder })

    t.true(files.length >= 4)
    t.deepEqual(held.map(([file]) => file).toSorted(), files.map((file) => path.basename(file)).toSorted())
    for (const [file, text] of held) t.is(text, read(`deploy/monitoring/grafana/dashboards/${file}`), file)
  },
)

rendered('an operator that goes by a label finds it on all that is there for it', (t) => {
  const ofOperator = large.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com/'))

  t.deepEqual(ofOperator.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted(), [
    'PodMonitor worker',
    'PrometheusRule madang',
    'PrometheusRule madang-cluster',
    'ServiceMonitor server',
  ])
  for (const { kind, metadata } of ofOperator) t.is(metadata.labels['release'], 'kube-prometheus-stack', kind)
})
