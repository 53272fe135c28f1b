import { z } from 'zod'
import type { Manifest } from '../../tools/kubernetes/render.ts'

/** Manifests of deploy/kubernetes as far as the tests look into them. */

const labels = z.record(z.string(), z.string())
export const selector = z.looseObject({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
})
export type Selector = z.output<typeof selector>

const probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string(), port: z.string() }).optional(),
  exec: z.looseObject({ command: z.array(z.string()) }).optional(),
})

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() }))
    .default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z.looseObject({ preStop: probe }).optional(),
  resources: z.strictObject({ requests: labels, limits: labels }),
  securityContext: z.looseObject({}),
})
export type Container = z.output<typeof container>

const items = z.array(z.looseObject({ key: z.string(), path: z.string() }))
const volume = z.looseObject({
  name: z.string(),
  secret: z.looseObject({ secretName: z.string(), items }).optional(),
  configMap: z.looseObject({ name: z.string(), items: items.optional() }).optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
  projected: z
    .looseObject({ sources: z.array(z.looseObject({ configMap: z.looseObject({ name: z.string() }) })) })
    .optional(),
})

const workload = z.looseObject({
  replicas: z.number().optional(),
  template: z.looseObject({
    metadata: z.looseObject({ labels }),
    spec: z.looseObject({
      terminationGracePeriodSeconds: z.number().default(30),
      initContainers: z.array(container).default([]),
      containers: z.array(container),
      volumes: z.array(volume).default([]),
    }),
  }),
})
export type PodSpec = z.output<typeof workload>['template']['spec']
const cronJob = z.looseObject({ jobTemplate: z.looseObject({ spec: workload }) })

/** What makes pods: its name, the labels of its pods, and what runs in them. */
export interface Workload {
  kind: string
  name: string
  replicas: number | undefined
  labels: Readonly<Record<string, string>>
  pod: PodSpec
}

const workloadKinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'Job', 'CronJob'])

export function workloadsIn(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => workloadKinds.has(kind))
    .map(({ kind, metadata, ...rest }) => {
      const spec = rest['spec']
      const { replicas, template } = kind === 'CronJob' ? cronJob.parse(spec).jobTemplate.spec : workload.parse(spec)
      return { kind, name: metadata.name, replicas, labels: template.metadata.labels, pod: template.spec }
    })
}

/** `server`, `worker`, `nginx`, `migrate`, `backup`, `maintenance`, `mysql` or `redis`. */
export const componentOf = ({
  labels: { 'app.kubernetes.io/component': component = '' },
}: Pick<Workload, 'labels'>): string => component

export function componentIn(manifests: readonly Manifest[], component: string): Workload {
  const found = workloadsIn(manifests).filter((one) => componentOf(one) === component)
  const [only] = found
  if (only === undefined || found.length > 1) throw new Error(`${found.length} workloads are ${component}`)
  return only
}

/** The container beside those that only wait. */
export function mainOf({ pod, name }: Workload): Container {
  const [only, ...others] = pod.containers
  if (only === undefined || others.length > 0) throw new Error(`${name} has ${pod.containers.length} containers`)
  return only
}

/** Data of the ConfigMap or Secret whose name is this one with a hash behind it, or without. */
export function dataOf(
  manifests: readonly Manifest[],
  kind: 'ConfigMap' | 'Secret',
  name: string,
): Record<string, string> {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
  return labels.parse(found['data'])
}

/** The environment of a container as its process would find it. */
export function envOf(manifests: readonly Manifest[], { env, envFrom }: Container): Record<string, string> {
  const shared = envFrom.map(({ configMapRef }) => dataOf(manifests, 'ConfigMap', configMapRef.name))
  const own = env.map(({ name, value = 'the-name-of-the-pod' }) => [name, value])
  return Object.assign({}, ...shared, Object.fromEntries(own))
}

export function selects({ matchLabels, matchExpressions }: Selector, pod: Pick<Workload, 'labels'>): boolean {
  const hasLabels = Object.entries(matchLabels).every(([key, value]) => pod.labels[key] === value)
  return hasLabels && matchExpressions.every(({ key, values }) => values.includes(pod.labels[key] ?? ''))
}
