import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'

/** What deploy/monitoring has, read strictly: what Grafana or Prometheus would overlook is refused here. */

export const folder = path.join(projectFolder, 'deploy/monitoring')
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8')

const rule = z.strictObject({
  alert: z.string().regex(/^Madang[A-Z][A-Za-z]+$/),
  expr: z.string().min(1),
  for: z
    .string()
    .regex(/^\d+[mh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({
    summary: z.string().min(10),
    description: z.string().min(10),
    runbook: z.string().regex(/^docs\/[a-z-]+\.md#[a-z_-]+$/),
  }),
})
export const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule).min(1) })).min(1),
})
export type Rule = z.output<typeof rule>
export const rules: Rule[] = ruleFile.parse(parse(read('alerts.yml'))).groups.flatMap((group) => group.rules)

/** Chosen at the top of each dashboard: which Prometheus it asks is another one in each Grafana. */
const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') })
const choice = z.strictObject({
  name: z.literal('datasource'),
  type: z.literal('datasource'),
  label: z.string().min(1),
  description: z.string().min(1),
  query: z.literal('prometheus'),
  regex: z.literal(''),
  // When the dashboard is opened.
  refresh: z.literal(1),
  // It is shown.
  hide: z.literal(0),
  multi: z.literal(false),
  includeAll: z.literal(false),
  // None of somebody's own: Grafana begins with its default.
  current: z.strictObject({}),
  options: z.tuple([]),
})
const place = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
})
const step = z.strictObject({ color: z.string(), value: z.number().nullable() })
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
})
const units = ['short', 's', 'bytes', 'ops', 'reqps', 'percentunit'] as const
const panel = z.strictObject({
  id: z.int(),
  type: z.enum(['timeseries', 'stat']),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource,
  gridPos: place,
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      unit: z.enum(units),
      min: z.literal(0),
      custom: z.record(z.string(), z.unknown()).optional(),
      color: z.strictObject({ mode: z.literal('thresholds') }).optional(),
      thresholds: z.strictObject({ mode: z.literal('absolute'), steps: z.array(step).min(2) }).optional(),
    }),
    overrides: z.array(z.never()),
  }),
  options: z.record(z.string(), z.unknown()),
  targets: z.array(target).min(1),
})
const row = z.strictObject({
  id: z.int(),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  panels: z.array(z.never()),
  gridPos: place,
})
const dashboard = z.strictObject({
  uid: z.string().regex(/^madang-[a-z]+$/),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.tuple([z.literal('madang')]),
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  graphTooltip: z.literal(1),
  time: z.strictObject({ from: z.string(), to: z.literal('now') }),
  refresh: z.string(),
  timezone: z.literal('browser'),
  templating: z.strictObject({ list: z.tuple([choice]) }),
  annotations: z.strictObject({ list: z.array(z.never()) }),
  links: z.array(z.record(z.string(), z.unknown())),
  panels: z.array(z.union([panel, row])).min(1),
})
export type Panel = z.output<typeof panel>
export type Dashboard = Omit<z.output<typeof dashboard>, 'panels'> & {
  file: string
  panels: (Panel | z.output<typeof row>)[]
}

export const dashboards: Dashboard[] = globSync('grafana/dashboards/*.json', { cwd: folder })
  .toSorted()
  .map((file) => ({ file, ...dashboard.parse(JSON.parse(read(file))) }))

export const isPanel = (one: Dashboard['panels'][number]): one is Panel => one.type !== 'row'

/** Every query that a rule or a panel asks, as Grafana would send it. */
export const queries: { where: string; query: string }[] = [
  ...rules.map(({ alert, expr }) => ({ where: alert, query: expr })),
  ...dashboards.flatMap(({ uid, panels }) =>
    panels
      .filter(isPanel)
      .flatMap(({ title, targets }) =>
        targets.map(({ expr }) => ({ where: `${uid}, ${title}`, query: expr.replaceAll('$__rate_interval', '1m') })),
      ),
  ),
]
