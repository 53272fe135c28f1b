import { spawnSync } from 'node:child_process'
import { overlaysOf, rendered } from '../support/overlays.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { overlayNames, renderOverlay } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'
import { projectFolder } from '../../tools/paths.ts'
import { componentIn, componentOf, envOf, mainOf, selector, selects, workloadsIn } from '../support/manifests.ts'
import type { Workload } from '../support/manifests.ts'

/** Who may reach whom in Kubernetes, and that everything which names something there names something that is there. */

const kubectl = process.env['KUBECTL'] ?? ''
const overlays = overlaysOf(test)

const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string() }).optional(),
})
const ports = z.array(z.strictObject({ protocol: z.string(), port: z.number() }))
const policy = z.strictObject({
  podSelector: selector,
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports })).default([]),
  egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports })).default([]),
})

function policiesIn(manifests: readonly Manifest[]) {
  return manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => policy.parse(spec))
}

type Peer = z.output<typeof peer>

/** Whom a rule speaks of: pods of ours by name, everything else in words. No peers are all there are. */
function namesOf(peers: readonly Peer[] | undefined, pods: readonly Workload[]): string[] {
  if (peers === undefined) return ['anybody']
  return peers.flatMap(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) return [ipBlock.cidr]
    if (namespaceSelector !== undefined) return Object.values(namespaceSelector.matchLabels)
    return podSelector === undefined ? [] : pods.filter((pod) => selects(podSelector, pod)).map(componentOf)
  })
}

/** `who → whom:port`, of what leaves and of what is let in. */
function waysIn(manifests: readonly Manifest[]): { out: string[]; in: string[] } {
  const pods = workloadsIn(manifests)
  const ways = { out: new Set<string>(), in: new Set<string>() }
  for (const { podSelector, ingress, egress } of policiesIn(manifests)) {
    for (const who of pods.filter((pod) => selects(podSelector, pod)).map(componentOf)) {
      for (const rule of egress) {
        for (const whom of namesOf(rule.to, pods))
          for (const { port } of rule.ports) ways.out.add(`${who} → ${whom}:${port}`)
      }
      for (const rule of ingress) {
        for (const from of namesOf(rule.from, pods))
          for (const { port } of rule.ports) ways.in.add(`${from} → ${who}:${port}`)
      }
    }
  }
  return { out: [...ways.out].toSorted(), in: [...ways.in].toSorted() }
}

const dns = (who: string): string[] => [`${who} → kube-system:53`, `${who} → 169.254.20.10/32:53`]
const ours = ['server', 'worker', 'migrate', 'backup', 'maintenance']

rendered('on a small site nobody speaks to anybody but as they must, and each way is open at both ends', (t) => {
  const ways = waysIn(overlays.get('small') ?? [])
  const within = ['nginx → server:3000', ...ours.flatMap((who) => [`${who} → mysql:3306`, `${who} → redis:6379`])]

  t.deepEqual(ways.in, ['anybody → nginx:8080', ...within].toSorted())
  t.deepEqual(ways.out, [...within, ...[...ours, 'nginx', 'mysql', 'redis'].flatMap(dns)].toSorted())
})

rendered('on a large site MySQL, Redis and the bucket are outside, and Prometheus comes in', (t) => {
  const ways = waysIn(overlays.get('large') ?? [])
  const networks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']
  const outside = ours.flatMap((who) => networks.flatMap((to) => [`${who} → ${to}:3306`, `${who} → ${to}:6379`]))

  t.deepEqual(ways.in, [
    'anybody → nginx:8080',
    'monitoring → server:3000',
    'monitoring → worker:3001',
    'nginx → server:3000',
  ])
  t.deepEqual(
    ways.out,
    [
      ...[...ours, 'nginx'].flatMap(dns),
      'nginx → server:3000',
      // The bucket; nobody migrates in it.
      ...ours.filter((who) => who !== 'migrate').map((who) => `${who} → anybody:443`),
      ...outside,
    ].toSorted(),
  )
})

rendered(
  'where there is tracing, servers and workers reach the collector that they are told of, and nobody else does',
  async (t) => {
    const without = waysIn(overlays.get('large') ?? [])
    const manifests = await renderOverlay(kubectl, 'large', { components: ['tracing'] })
    const { hostname, port } = new URL(
      envOf(manifests, mainOf(componentIn(manifests, 'server')))['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '',
    )

    const ways = waysIn(manifests)

    const [, namespace] = hostname.split('.')
    t.deepEqual(
      ways.out.filter((way) => !without.out.includes(way)),
      [`server → ${namespace}:${port}`, `worker → ${namespace}:${port}`],
    )
    t.deepEqual(ways.in, without.in)
  },
)

const service = z.looseObject({
  selector: z.record(z.string(), z.string()),
  ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: z.string() })),
})
const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((one) => one.kind === kind)

/** The one workload whose pods these labels are. */
function only(
  t: ExecutionContext,
  manifests: readonly Manifest[],
  labels: Record<string, string>,
): Workload | undefined {
  const found = workloadsIn(manifests).filter((pod) => selects({ matchLabels: labels, matchExpressions: [] }, pod))
  t.is(found.length, 1, JSON.stringify(labels))
  return found[0]
}

for (const name of overlayNames()) {
  const of = (): readonly Manifest[] => overlays.get(name) ?? []

  rendered(`${name}: somebody answers for every policy, by default nobody may speak`, (t) => {
    const policies = policiesIn(of())
    for (const { podSelector } of policies) t.true(workloadsIn(of()).some((pod) => selects(podSelector, pod)))
    const closed = policies.filter(
      ({ podSelector: { matchLabels, matchExpressions }, ingress, egress }) =>
        Object.keys(matchLabels).length + matchExpressions.length + ingress.length + egress.length === 0,
    )
    t.deepEqual(
      closed.map(({ policyTypes }) => policyTypes),
      [['Ingress', 'Egress']],
    )
  })

  rendered(`${name}: every Service leads to a port of pods that are there`, (t) => {
    for (const { metadata, spec } of ofKind(of(), 'Service')) {
      const { selector: labels, ports: exposed } = service.parse(spec)
      const workload = only(t, of(), labels)
      if (workload === undefined) return
      const open = mainOf(workload).ports.map((port) => port.name)
      for (const { targetPort } of exposed) t.true(open.includes(targetPort), `${metadata.name}: ${targetPort}`)
    }
    const [server] = ofKind(of(), 'Service').filter(({ metadata }) => metadata.name === 'server')
    t.is(z.looseObject({ clusterIP: z.string() }).parse(server?.spec).clusterIP, 'None', 'Nginx asks for each of them')
    const nginx = mainOf(componentIn(of(), 'nginx')).env.find((one) => one.name === 'MADANG_SERVICE')?.value
    t.is(nginx, `server:${service.parse(server?.spec).ports[0]?.port}`)
  })

  rendered(`${name}: every disruption budget, autoscaler and monitor is about something`, (t) => {
    const budgets = ofKind(of(), 'PodDisruptionBudget')
    const chosen = z.looseObject({ selector })
    const about = budgets.map(({ spec }) => only(t, of(), chosen.parse(spec).selector.matchLabels)?.name)
    t.deepEqual(about.toSorted(), ['nginx', 'server', 'worker'])

    const scaled = z.looseObject({
      scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
      minReplicas: z.number(),
      maxReplicas: z.number(),
    })
    for (const { spec } of ofKind(of(), 'HorizontalPodAutoscaler')) {
      const { scaleTargetRef: target, minReplicas, maxReplicas } = scaled.parse(spec)
      const workload = componentIn(of(), target.name)
      t.is(workload.kind, target.kind)
      t.is(workload.replicas, undefined, 'an apply does not set the number back')
      t.true(minReplicas >= 2 && minReplicas < maxReplicas)
    }
    for (const kind of ['ServiceMonitor', 'PodMonitor']) {
      for (const { spec } of ofKind(of(), kind)) only(t, of(), chosen.parse(spec).selector.matchLabels)
    }
  })

  rendered(
    `${name}: the Ingress leads to Nginx, for the host that the settings say, with a certificate for it`,
    (t) => {
      const leading = z.looseObject({
        backend: z.looseObject({
          service: z.looseObject({ name: z.string(), port: z.looseObject({ name: z.string() }) }),
        }),
      })
      const rules = z.array(z.looseObject({ host: z.string(), http: z.looseObject({ paths: z.array(leading) }) }))
      const ingress = z.looseObject({
        rules,
        tls: z.array(z.looseObject({ hosts: z.array(z.string()), secretName: z.string() })),
      })
      const [found] = ofKind(of(), 'Ingress')
      const {
        rules: [rule],
        tls: [tls],
      } = ingress.parse(found?.spec)
      const backend = rule?.http.paths[0]?.backend.service
      const [nginx] = ofKind(of(), 'Service').filter(({ metadata }) => metadata.name === backend?.name)

      t.deepEqual(tls?.hosts, [rule?.host])
      t.deepEqual(
        service.parse(nginx?.spec).ports.map((port) => port.name),
        [backend?.port.name],
      )
      t.is(only(t, of(), service.parse(nginx?.spec).selector)?.name, 'nginx')
    },
  )

  rendered(`${name}: everything is in the namespace, under the strictest rules for pods`, (t) => {
    const [namespace] = ofKind(of(), 'Namespace')
    t.is(namespace?.metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted')
    for (const { kind, metadata } of of()) {
      if (kind !== 'Namespace') t.is(metadata.namespace, namespace?.metadata.name, `${kind} ${metadata.name}`)
    }
  })
}

const script = path.join(projectFolder, 'deploy', 'kubernetes', 'base', 'named-servers.envsh')

/** What the image's entry point makes of a resolv.conf, by both scripts. */
function named(t: ExecutionContext, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-named-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'resolv.conf')
  writeFileSync(file, text)
  const env = { PATH: process.env['PATH'], MADANG_SERVICE: 'server:3000', MADANG_RESOLV_CONF: file }
  const settings = path.join(projectFolder, 'nginx', 'settings.envsh')
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-eu', '-c', '. "$0"; . "$1"; printf %s "$MADANG_NAMED"', script, settings],
    { env, encoding: 'utf8' },
  )
  t.is(status, 0, stderr)
  return stdout
}

test('Nginx asks the DNS of the cluster for the servers, by their whole name', (t) => {
  const text =
    'search madang.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'

  const directives = named(t, text)

  t.regex(directives, /^zone madang \w+; resolver 10\.96\.0\.10 valid=\d+s ipv6=off;/)
  t.regex(directives, / server server\.madang\.svc\.cluster\.local:3000 resolve max_fails=0;$/)
})

test('a cluster may have several name servers, some by IPv6, and a domain of its own', (t) => {
  const text = 'nameserver 10.96.0.10\nnameserver fd00::a\nsearch site.svc.home.arpa svc.home.arpa\n'

  const directives = named(t, text)

  t.regex(directives, / resolver 10\.96\.0\.10 \[fd00::a\] valid=/)
  t.regex(directives, / server server\.site\.svc\.home\.arpa:3000 resolve/)
})

test('where the name server has an address of IPv6, those of servers are asked for, too', (t) => {
  const directives = named(t, 'search madang.svc.cluster.local\nnameserver fd00::a\n')

  t.regex(directives, / resolver \[fd00::a\] valid=\d+s ipv6=on;/)
})
