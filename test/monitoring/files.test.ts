import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { readCompose } from '../support/compose.ts'
import { projectFolder } from '../../tools/paths.ts'
import { documented, documentedAlerts, documentedDashboards } from './documented.ts'
import { dashboards, folder, isPanel, queries, rules } from './files.ts'
import { readPromql } from './promql.ts'

/** Grafana is not here to say what it thinks of the dashboards: they are held to what it needs by these. */

const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8')

test('a query is read by its series, the labels that pick them and those that it groups by', (t) => {
  t.deepEqual(readPromql('sum by (route) (rate(madang_x_total{status=~"5..", job="a"}[5m])) / max(up) or vector(0)'), {
    selectors: [
      {
        metric: 'madang_x_total',
        matchers: [
          { label: 'status', value: '5..' },
          { label: 'job', value: 'a' },
        ],
      },
      { metric: 'up', matchers: [] },
    ],
    groupings: ['route'],
  })
  for (const broken of ['sum(rate(x[5m])', 'rate(x[5 apples])', 'a b', 'sum by (x']) t.throws(() => readPromql(broken))
})

test('each dashboard has panels of its own that do not lie on each other, and names itself as its file', (t) => {
  t.true(dashboards.length >= 4)
  t.is(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length)
  for (const { file, uid, panels } of dashboards) {
    t.is(path.basename(file), `${uid}.json`)
    t.is(new Set(panels.map(({ id }) => id)).size, panels.length, `${uid}: ids`)
    const titles = panels.filter(isPanel).map(({ title }) => title)
    t.is(new Set(titles).size, titles.length, `${uid}: titles`)
    const taken = new Set<string>()
    for (const { title, gridPos } of panels) {
      t.true(gridPos.x + gridPos.w <= 24, `${uid}, ${title} is on the page`)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          t.false(taken.has(`${x} ${y}`), `${uid}, ${title} lies on another panel`)
          taken.add(`${x} ${y}`)
        }
      }
    }
  }
})

test('each query of a panel has a letter of its own, and a legend of labels that its answer has', (t) => {
  for (const { uid, panels } of dashboards) {
    for (const { title, targets } of panels.filter(isPanel)) {
      t.deepEqual(
        targets.map(({ refId }) => refId),
        targets.map((_, index) => String.fromCodePoint(65 + index)),
        `${uid}, ${title}`,
      )
      for (const { expr, legendFormat } of targets) {
        const { selectors, groupings } = readPromql(expr.replaceAll('$__rate_interval', '5m'))
        const isAggregated = /\b(sum|max|min|avg|count)\b/.test(expr)
        const own = selectors.flatMap(({ metric }) => documented.find(({ name }) => name === metric)?.labels ?? [])
        const answered = isAggregated ? groupings : [...own, 'instance', 'job']
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          t.true(answered.includes(label), `${uid}, ${title}: ${label} of ${expr}`)
      }
    }
  }
})

test('every query of a panel or a rule is PromQL', (t) => {
  t.true(queries.length >= 80)
  for (const { where, query } of queries) t.notThrows(() => readPromql(query), where)
})

test('every alert has a name of its own, and leads to a chapter that is there', (t) => {
  t.is(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  for (const { alert, annotations } of rules) {
    const [file = '', anchor = ''] = annotations.runbook.split('#')
    const headings = readFileSync(path.join(projectFolder, file), 'utf8').matchAll(/^#{2,3} (.+)$/gm)
    const anchors = [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    t.true(anchors.includes(anchor), `${alert}: ${annotations.runbook}`)
  }
})

test('the page on monitoring explains each alert, with its severity, and lists each dashboard', (t) => {
  t.deepEqual(
    documentedAlerts.map(({ alert, severity }) => [alert, severity]),
    rules.map(({ alert, labels }) => [alert, labels.severity]),
  )
  for (const { alert, why, what } of documentedAlerts) t.true(why.length > 5 && what.length > 5, alert)
  t.deepEqual(
    documentedDashboards.toSorted(),
    dashboards.map(({ uid }) => uid),
  )
})

test('Grafana is given one data source, which panels ask unless another is chosen, and the folder that they lie in', (t) => {
  const compose = readFileSync(path.join(projectFolder, 'docker-compose.yml'), 'utf8')
  const sources = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { type: string; url: string; isDefault: boolean }[]
  }
  const providers = parse(read('grafana/provisioning/dashboards/madang.yml')) as {
    providers: { options: { path: string } }[]
  }

  t.is(sources.datasources.length, 1)
  t.like(sources.datasources[0], { type: 'prometheus', url: 'http://prometheus:9090', isDefault: true })
  const [provider] = providers.providers
  t.true(compose.includes(`- ./deploy/monitoring/grafana/dashboards:${provider?.options.path}:ro\n`))
  const [, home = ''] = /GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: \/etc\/madang\/(\S+)/.exec(compose) ?? []
  t.true(existsSync(path.join(folder, 'grafana', home)), home)
})

test('Prometheus asks the containers of docker-compose.yml where they answer', (t) => {
  const services = Object.entries(readCompose().services)
  const { scrape_configs: jobs, rule_files: files } = parse(read('prometheus.yml')) as {
    scrape_configs: {
      job_name: string
      dns_sd_configs?: { names: string[]; port: number }[]
      static_configs?: { targets: string[] }[]
    }[]
    rule_files: string[]
  }
  t.deepEqual(files, ['alerts.yml'])
  const asked = jobs.flatMap(({ job_name: job, dns_sd_configs: places = [] }) =>
    places.flatMap(({ names, port }) => names.map((name) => ({ job, name, port }))),
  )
  const met = new Set<string>()
  for (const { job, name, port } of asked) {
    const hasName = ([own, { networks }]: (typeof services)[number]): boolean =>
      own === name || Object.values(networks).some((network) => network?.aliases?.includes(name) === true)
    const behind = services.filter(hasName)
    t.true(behind.length > 0, name)
    for (const [own, { environment = {} }] of behind) {
      met.add(own)
      t.is(String(port), environment[job === 'madang-worker' ? 'WORKER_PORT' : 'PORT'] ?? '', own)
    }
  }
  t.deepEqual([...met].toSorted(), ['more-servers', 'server-1', 'server-2', 'worker'])

  // Those that there is one of are asked by their own names, too: a name that is gone is missed, an address that is gone is not.
  const [byName] = jobs.filter(({ job_name: job }) => job === 'madang-named')
  const single = services.filter(
    ([, { environment = {}, deploy }]) =>
      environment['LISTEN_FILE'] !== '' && 'LISTEN_FILE' in environment && !deploy.replicas,
  )
  t.deepEqual(
    byName?.static_configs?.flatMap(({ targets }) => targets),
    single.map(([name, { environment = {} }]) => `${name}:${environment['PORT']}`),
  )
  t.is(single.length, 2)
})
