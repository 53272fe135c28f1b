import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { overlaysOf, rendered } from '../support/overlays.ts'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { z } from 'zod'
import { finishMs } from '../../src/app.ts'
import { describeSettings, loadConfig } from '../../src/config.ts'
import type { Config } from '../../src/config.ts'
import { Health, healthRoutes } from '../../src/platform/http/health.ts'
import { createLog } from '../../src/platform/log.ts'
import { closeGraceMs } from '../../src/platform/ws/connection.ts'
import { manifest, overlayNames, parseManifests, renderOverlay, writeSecrets } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'
import { projectFolder } from '../../tools/paths.ts'
import { componentIn, dataOf, envOf, mainOf, workloadsIn } from '../support/manifests.ts'
import { mibOfNginx } from '../support/nginx-memory.ts'
import type { Container, Workload } from '../support/manifests.ts'

/** What Kubernetes would be sent, held to the code that runs there, and to docker-compose.yml, which says the same in other words. */

const kubectl = process.env['KUBECTL'] ?? ''
const overlays = overlaysOf(test)

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const composed = z
  .looseObject({
    services: z.record(
      z.string(),
      z.looseObject({
        image: z.string(),
        command: z.union([z.array(z.string()), z.string()]).optional(),
        secrets: z.array(z.string()).default([]),
        environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
        stop_grace_period: z.string().optional(),
      }),
    ),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true })).services

function composedAs(name: string): z.output<typeof z.any> & (typeof composed)[string] {
  const service = composed[name]
  if (service === undefined) throw new Error(`compose has no ${name}`)
  return service
}

/** The service of compose that each of ours is there. */
const inCompose = { server: 'server-1', worker: 'worker', migrate: 'migrate' } as const
type Ours = keyof typeof inCompose
const ours = Object.keys(inCompose) as Ours[]
/** What runs by hand or by night, and the service of compose whose secrets it has. */
const commands = { backup: 'server-1', maintenance: 'migrate' } as const
const secretsInCompose = { ...inCompose, ...commands }
const withSecrets = Object.keys(secretsInCompose) as (keyof typeof secretsInCompose)[]
/** Read by the script of the backup, and by nobody else. */
const ofScript: ReadonlySet<string> = new Set(['BACKUPS_FOLDER', 'BACKUPS_KEPT'])
const settings = new Set(describeSettings().map(({ name }) => name))

/** Files of secrets that a container finds, by path, with the key of each. */
function secretsOf({ pod }: Workload, { volumeMounts }: Container): Map<string, string> {
  const found = volumeMounts.flatMap(({ name, mountPath }) => {
    const volume = pod.volumes.find((one) => one.name === name)
    return (volume?.secret?.items ?? []).map(({ key, path: file }) => [`${mountPath}/${file}`, key] as const)
  })
  return new Map(found)
}

/** Which Secret or ConfigMap a volume is made of. */
function heldBy({ secret, configMap }: Workload['pod']['volumes'][number]) {
  return [
    ...(secret === undefined ? [] : [{ kind: 'Secret', source: secret.secretName, items: secret.items } as const]),
    ...(configMap === undefined
      ? []
      : [{ kind: 'ConfigMap', source: configMap.name, items: configMap.items ?? [] } as const]),
  ]
}

const examples: Readonly<Record<string, string>> = {
  DATABASE_URL: 'mysql://madang:secret@mysql/madang',
  REDIS_URL: 'redis://madang:secret@redis',
  TOKEN_KEYS: 'k:secret',
  RECEIPT_KEY: '{}',
  MEDIA_S3_SECRET_KEY: 'secret',
}

/** As the process would be configured. */
function configOf(manifests: readonly Manifest[], container: Container): Config {
  const env = Object.entries(envOf(manifests, container)).map(([name, value]) => {
    const setting = name.replace(/_FILE$/, '')
    return setting === name ? [name, value] : [setting, examples[setting] ?? '']
  })
  return loadConfig(Object.fromEntries(env))
}

const deadline = z.looseObject({ activeDeadlineSeconds: z.number() })
const beside = z.looseObject({
  preferredDuringSchedulingIgnoredDuringExecution: z.array(
    z.looseObject({
      podAffinityTerm: z.looseObject({
        topologyKey: z.string(),
        labelSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
      }),
    }),
  ),
})

test('there are overlays to look at', (t) => {
  t.deepEqual(overlayNames(), ['large', 'small'])
})

for (const name of overlayNames()) {
  const of = (): readonly Manifest[] => overlays.get(name) ?? []

  rendered(`${name}: each process of ours is given settings that it knows, and starts with them`, (t) => {
    for (const component of withSecrets) {
      const workload = componentIn(of(), component)
      for (const container of [...workload.pod.initContainers, mainOf(workload)]) {
        for (const variable of Object.keys(envOf(of(), container))) {
          const isElse = variable === 'NODE_OPTIONS' || (component === 'backup' && ofScript.has(variable))
          const isKnown = isElse || settings.has(variable.replace(/_FILE$/, ''))
          t.true(isKnown, `${component}: ${variable} is a setting`)
        }
        t.notThrows(() => configOf(of(), container), component)
      }
    }
    const config = configOf(of(), mainOf(componentIn(of(), 'server')))
    t.like(config, { HOST: '0.0.0.0', PORT: 3000, PUBLIC_ORIGIN: 'https://madang.example' })
  })

  rendered(
    `${name}: in a cluster that knows IPv6 alone servers and workers listen where \`settings\` say`,
    async (t) => {
      const after = await renderOverlay(kubectl, name, { settings: { settings: ['HOST=::'] } })

      for (const component of ['server', 'worker']) {
        t.is(configOf(after, mainOf(componentIn(after, component))).HOST, '::', component)
      }
    },
  )

  rendered(`${name}: each process finds its own secrets, and no others, as in compose`, (t) => {
    for (const component of withSecrets) {
      const workload = componentIn(of(), component)
      const main = mainOf(workload)
      const files = secretsOf(workload, main)
      const wanted = Object.entries(envOf(of(), main)).filter(([variable]) => variable.endsWith('_FILE'))

      t.deepEqual(wanted.map(([, file]) => file).toSorted(), [...files.keys()].toSorted(), component)
      const others = [...files.values()].filter((key) => key !== 'media_s3_secret_key')
      t.deepEqual(others.toSorted(), composedAs(secretsInCompose[component]).secrets.toSorted(), component)
      for (const waiting of workload.pod.initContainers) {
        const known = secretsOf(workload, waiting)
        for (const [variable, file] of Object.entries(envOf(of(), waiting))) {
          if (variable.endsWith('_FILE')) t.true(known.has(file), `${component}: ${file}`)
        }
      }
    }
  })

  rendered(`${name}: every Secret and every ConfigMap that a pod mounts is there, with the keys that it wants`, (t) => {
    let looked = 0
    for (const { pod, name: who } of workloadsIn(of())) {
      for (const { kind, source, items } of pod.volumes.flatMap(heldBy)) {
        const held = dataOf(of(), kind, source)
        for (const { key } of items) t.true(key in held, `${who}: ${key}`)
        looked += 1
      }
    }
    t.true(looked >= 6)
  })

  rendered(
    `${name}: another setting and other secrets are another Deployment, and the same Job: a Job cannot be changed`,
    async (t) => {
      const after = await renderOverlay(kubectl, name, {
        settings: { settings: ['LOG_LEVEL=debug', 'REDIS_DURABILITY=always'] },
        withSecrets: (folder) => writeSecrets(folder, name, 'another'),
      })
      const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
        manifests.filter((one) => one.kind === kind && one.metadata.name !== 'nginx')

      t.is(ofKind(of(), 'Job').length, 1)
      t.deepEqual(ofKind(after, 'Job'), ofKind(of(), 'Job'))
      for (const [index, deployment] of ofKind(of(), 'Deployment').entries()) {
        t.notDeepEqual(ofKind(after, 'Deployment')[index], deployment, deployment.metadata.name)
      }
    },
  )

  rendered(`${name}: Nginx has the memory that its connections take`, (t) => {
    const nginx = mainOf(componentIn(of(), 'nginx'))
    const env = envOf(of(), nginx)
    const people = Number(env['MADANG_WORKERS']) * Number(env['MADANG_WORKER_CONNECTIONS']) * (1 / 4)
    const [, mib = ''] = /^(\d+)Mi$/.exec(nginx.resources.limits['memory'] ?? '') ?? []

    t.true(people > 10_000)
    t.true(Number(mib) >= mibOfNginx(people), `${mib} MiB for ${people} people`)
  })

  rendered(`${name}: what \`settings\` says the migrations hear, too, and refuse what servers refuse`, async (t) => {
    const said = { REDIS_DURABILITY: 'everysec', WEAK_DURABILITY: 'warn', POSTS_PER_HOUR: '7' } as const
    const literals = Object.entries(said).map(([setting, value]) => `${setting}=${value}`)
    const after = await renderOverlay(kubectl, name, { settings: { settings: literals } })
    const migrations = (manifests: readonly Manifest[]) =>
      configOf(manifests, mainOf(componentIn(manifests, 'migrate')))

    t.like(migrations(of()), { REDIS_DURABILITY: 'none', WEAK_DURABILITY: 'refuse' })
    const heard = { ...said, POSTS_PER_HOUR: 7 }
    t.like(migrations(after), heard)
    t.like(configOf(after, mainOf(componentIn(after, 'server'))), heard)
    const refused = await renderOverlay(kubectl, name, { settings: { settings: ['FLUSH_ENTRIES=90000'] } })
    t.throws(() => migrations(refused), { message: /FLUSH_ENTRIES=90000/ })
  })

  rendered(
    `${name}: the migrations wait for a backup as long as one may take, and have an hour of their own behind it`,
    (t) => {
      const [job] = of().filter(({ kind }) => kind === 'Job')
      const [nightly] = of().filter(({ kind }) => kind === 'CronJob')
      const most = deadline.parse(job?.['spec']).activeDeadlineSeconds
      const ofBackup = z.looseObject({ jobTemplate: z.looseObject({ spec: deadline }) }).parse(nightly?.['spec'])
      const { MIGRATE_WAIT_SECONDS } = configOf(of(), mainOf(componentIn(of(), 'migrate')))

      t.true(MIGRATE_WAIT_SECONDS >= ofBackup.jobTemplate.spec.activeDeadlineSeconds)
      t.true(most >= MIGRATE_WAIT_SECONDS + 3600)
    },
  )

  rendered(`${name}: a backup and who looks at backups are put on one node, where their volume is`, (t) => {
    for (const [one, other] of [
      ['backup', 'maintenance'],
      ['maintenance', 'backup'],
    ] as const) {
      const { affinity } = z
        .looseObject({ affinity: z.looseObject({ podAffinity: beside }) })
        .parse(componentIn(of(), one).pod)
      const [{ podAffinityTerm: term } = { podAffinityTerm: undefined }] =
        affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution

      t.is(term?.topologyKey, 'kubernetes.io/hostname')
      t.like(componentIn(of(), other).labels, term?.labelSelector.matchLabels ?? { none: '' }, one)
    }
  })

  rendered(`${name}: what runs is there, and is what compose runs`, (t) => {
    for (const component of ours) {
      const workload = componentIn(of(), component)
      const { args } = mainOf(workload)
      const command = composedAs(inCompose[component]).command ?? []
      t.deepEqual(args, command, component)
      const scripts = [...args, ...workload.pod.initContainers.flatMap((one) => one.args.join(' ').split(/[\s;]/))]
      for (const script of scripts.filter((word) => word.endsWith('.ts'))) {
        t.true(existsSync(path.join(projectFolder, script)), script)
      }
    }
    for (const component of ['server', 'worker']) {
      const [waiting, ...others] = componentIn(of(), component).pod.initContainers
      t.deepEqual(others, [])
      t.deepEqual(waiting?.args.slice(0, 2), ['sh', '-c'])
      t.regex(waiting?.args[2] ?? '', /\buntil node src\/commands\/migrate\.ts status; do/)
    }
  })

  rendered(`${name}: a pod that waits for the migrations ends when it is told to`, async (t) => {
    for (const component of ['server', 'worker']) {
      const [waiting] = componentIn(of(), component).pod.initContainers
      const folder = mkdtempSync(path.join(tmpdir(), 'madang-waiting-'))
      t.teardown(() => rmSync(folder, { recursive: true }))
      writeFileSync(path.join(folder, 'node'), '#!/bin/sh\necho missing 001_accounts\nexit 1\n', { mode: 0o755 })
      const [shell = '', ...args] = waiting?.args ?? []
      const child = spawn(shell, args, { env: { PATH: `${folder}:${process.env['PATH']}` } })
      await once(child.stdout, 'data')

      child.kill('SIGTERM')

      // The first process of a container hears only what it has a handler for: whoever has none would have died of the signal here.
      t.deepEqual(await once(child, 'exit'), [143, null], component)
    }
  })

  rendered(`${name}: ports and probes are those of the processes`, (t) => {
    const health = new Health({ checks: {}, timeoutMs: 1000, log: createLog({ level: 'silent', service: 'test' }) })
    const probes = new Set(healthRoutes(health).map((route) => route.path))
    const { PORT } = configOf(of(), mainOf(componentIn(of(), 'server')))
    const { WORKER_PORT } = configOf(of(), mainOf(componentIn(of(), 'worker')))
    for (const [component, port] of [
      ['server', PORT],
      ['worker', WORKER_PORT],
    ] as const) {
      const main = mainOf(componentIn(of(), component))
      t.deepEqual(main.ports, [{ name: 'http', containerPort: port ?? 0 }])
      const asked = { startup: main.startupProbe, readiness: main.readinessProbe, liveness: main.livenessProbe }
      const paths = { startup: '/livez', readiness: '/readyz', liveness: '/livez' }
      for (const kind of ['startup', 'readiness', 'liveness'] as const) {
        t.deepEqual(asked[kind]?.httpGet, { path: paths[kind], port: 'http' })
        t.true(probes.has(paths[kind]))
      }
    }
  })

  rendered(`${name}: a process has time for all that it does before it ends`, (t) => {
    const server = componentIn(of(), 'server')
    const { DRAIN_SECONDS } = configOf(of(), mainOf(server))
    const [sleep, seconds] = mainOf(server).lifecycle?.preStop.exec?.command ?? []
    const [, valid] = /valid=(\d+)s/.exec(read('nginx/settings.envsh')) ?? []

    t.is(sleep, 'sleep')
    t.true(Number(seconds) >= 3 * Number(valid), 'Nginx has asked for the names of the servers again')
    const drain = DRAIN_SECONDS + closeGraceMs / 1000 + finishMs / 1000
    const closing = 10
    const spare = server.pod.terminationGracePeriodSeconds - (Number(seconds) + drain + closing)
    t.true(spare >= 0)
    const [, most] = /`DRAIN_SECONDS` above (\d+) needs a longer/.exec(read('docs/kubernetes.md')) ?? []
    t.is(Number(most), DRAIN_SECONDS + spare)
    const asComposed = (service: string): number => Number(composedAs(service).stop_grace_period?.replace('s', ''))
    t.true(componentIn(of(), 'worker').pod.terminationGracePeriodSeconds >= asComposed('worker'))
    const nginx = componentIn(of(), 'nginx')
    const [, quietly] = /worker_shutdown_timeout (\d+)s/.exec(read('nginx/nginx.conf')) ?? []
    const [, ahead] = mainOf(nginx).lifecycle?.preStop.exec?.command ?? []
    t.true(nginx.pod.terminationGracePeriodSeconds > Number(ahead) + Number(quietly))
  })

  rendered(`${name}: transcripts and pictures are where the processes look for them`, (t) => {
    for (const component of ['server', 'worker', 'backup', 'maintenance']) {
      const workload = componentIn(of(), component)
      const config = configOf(of(), mainOf(workload))
      const claims = new Map(
        mainOf(workload).volumeMounts.map(({ name: volume, mountPath }) => [
          mountPath,
          workload.pod.volumes.find((one) => one.name === volume)?.persistentVolumeClaim?.claimName,
        ]),
      )
      t.is(claims.get(config.TRANSCRIPTS_FOLDER), 'transcripts')
      t.is(claims.get('/data/media'), config.MEDIA_STORAGE === 'disk' ? 'media' : undefined)
      if (config.MEDIA_STORAGE === 'disk') t.is(config.MEDIA_FOLDER, '/data/media')
    }
    const claimed = of()
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ metadata }) => metadata.name)
    const isOnDisk = configOf(of(), mainOf(componentIn(of(), 'server'))).MEDIA_STORAGE === 'disk'
    t.deepEqual(claimed.toSorted(), ['backups', ...(isOnDisk ? ['media'] : []), 'transcripts'])
  })

  rendered(
    `${name}: a backup is restored from where it was put, and nobody is there to restore it until called`,
    (t) => {
      const [backup, maintenance] = [componentIn(of(), 'backup'), componentIn(of(), 'maintenance')]
      const main = mainOf(backup)
      const claimOf = ({ pod }: Workload): string | undefined => {
        const { name: volume } = pod.containers[0]?.volumeMounts.find((one) => one.mountPath === '/backups') ?? {}
        return pod.volumes.find((one) => one.name === volume)?.persistentVolumeClaim?.claimName
      }
      const [, script = ''] = main.args
      const mounted = main.volumeMounts.find(({ mountPath }) => path.posix.dirname(script) === mountPath)
      const config = backup.pod.volumes.find((one) => one.name === mounted?.name)?.configMap?.name ?? ''

      t.is(envOf(of(), main)['BACKUPS_FOLDER'], '/backups')
      t.deepEqual([claimOf(backup), claimOf(maintenance)], ['backups', 'backups'])
      const shipped = read('deploy/kubernetes/components/backup/nightly.sh')
      t.is(dataOf(of(), 'ConfigMap', config)[path.posix.basename(script)], shipped)
      t.is(maintenance.replicas, 0)
    },
  )

  rendered(`${name}: nobody has more rights than they need, and everybody has bounds`, (t) => {
    for (const workload of workloadsIn(of())) {
      const { pod, name: who } = workload
      t.like(pod, { automountServiceAccountToken: false, enableServiceLinks: false, serviceAccountName: 'madang' }, who)
      t.like(pod['securityContext'], { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, who)
      for (const container of [...pod.initContainers, ...pod.containers]) {
        t.like(container.securityContext, { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }, who)
        t.is(container.securityContext['readOnlyRootFilesystem'], true, who)
        t.truthy(container.resources.requests['cpu'], who)
        t.truthy(container.resources.requests['memory'], who)
        t.truthy(container.resources.limits['memory'], who)
        t.false(container.image.endsWith(':latest') || !container.image.includes(':'), `${who}: ${container.image}`)
      }
    }
    t.true(workloadsIn(of()).length >= 4)
  })

  rendered(
    `${name}: the migrations are called after the version that they bring, which is that of the package`,
    (t) => {
      const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(read('package.json')))
      const migrate = componentIn(of(), 'migrate')

      t.is(migrate.name, `migrate-${version}`)
      for (const component of [...ours, 'nginx']) {
        const workload = componentIn(of(), component)
        for (const { image } of [...workload.pod.initContainers, mainOf(workload)]) {
          t.true(image.endsWith(`:${version}`), `${component}: ${image}`)
        }
      }
    },
  )
}

rendered('MySQL and Redis of a small site keep what those of compose keep', (t) => {
  const small = overlays.get('small') ?? []
  const mysql = mainOf(componentIn(small, 'mysql'))
  const redis = mainOf(componentIn(small, 'redis'))
  const words = (text: string): string =>
    text
      .replaceAll('$$', '$')
      .replaceAll(/\$\{\w+:-(\w+)\}/g, '$1')
      .replaceAll(/\s+/g, ' ')
      .trim()

  t.is(mysql.image, composedAs('mysql').image)
  t.deepEqual(mysql.args, [composedAs('mysql').command ?? []].flat().map(words))
  t.like(envOf(small, mysql), composedAs('mysql').environment)
  t.is(redis.image, composedAs('redis').image)
  t.deepEqual(redis.args.map(words), [composedAs('redis').command ?? []].flat().map(words))
  t.is(dataOf(small, 'ConfigMap', configOfVolume(small, 'redis', 'acl'))['redis.acl'], read('services/redis.acl'))
})

function configOfVolume(manifests: readonly Manifest[], component: string, volume: string): string {
  const { volumes } = componentIn(manifests, component).pod
  return volumes.find(({ name }) => name === volume)?.configMap?.name ?? ''
}

rendered('where there is an autoscaler there are more Nginxes before the memory of one is full', (t) => {
  const large = overlays.get('large') ?? []
  const scaling = z.looseObject({
    metrics: z.array(
      z.looseObject({
        resource: z.looseObject({ name: z.string(), target: z.looseObject({ averageValue: z.string().optional() }) }),
      }),
    ),
  })
  const [own] = large.filter(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'nginx')
  const memory = scaling.parse(own?.['spec']).metrics.find(({ resource }) => resource.name === 'memory')
  const mib = (size = ''): number => Number(/^(\d+)Mi$/.exec(size)?.[1])
  const { limits, requests } = mainOf(componentIn(large, 'nginx')).resources
  const average = mib(memory?.resource.target.averageValue)

  t.true(average <= 0.7 * mib(limits['memory']))
  // A node that runs out of memory ends first who is furthest above what they asked for.
  t.true(mib(requests['memory']) >= average)
})

rendered(
  'MySQL makes its data in a folder that nobody else has put anything into, as a file system puts `lost+found`',
  (t) => {
    const { volumeMounts } = mainOf(componentIn(overlays.get('small') ?? [], 'mysql'))
    const [data] = volumeMounts.filter(({ mountPath }) => mountPath === '/var/lib/mysql')

    t.is(data?.name, 'data')
    t.regex(data?.subPath ?? '', /^[a-z]+$/)
  },
)

rendered(
  'the secrets of a small site are those that `npm run secrets` makes, but for that of Grafana, which is not here',
  async (t) => {
    const manifests = await renderOverlay(kubectl, 'small', {
      withSecrets: (folder) => {
        const script = path.join(projectFolder, 'tools', 'make-secrets.ts')
        const { status, stderr } = spawnSync(process.execPath, [script, path.join(folder, 'secrets')], {
          encoding: 'utf8',
        })
        t.is(status, 0, stderr)
      },
    })
    const kept = manifests
      .filter(({ kind }) => kind === 'Secret')
      .flatMap(({ data }) => Object.keys(z.record(z.string(), z.string()).parse(data)))

    t.deepEqual(
      [...new Set(kept)].toSorted(),
      Object.keys(composedSecrets())
        .filter((each) => each !== 'grafana_password')
        .toSorted(),
    )
  },
)

function composedSecrets(): Record<string, unknown> {
  return z
    .looseObject({ secrets: z.record(z.string(), z.unknown()) })
    .parse(parse(read('docker-compose.yml'), { merge: true })).secrets
}

for (const name of overlayNames()) {
  rendered(`${name}: no object is too long for kubectl apply, which keeps each as an annotation`, (t) => {
    for (const one of overlays.get(name) ?? []) {
      t.true(Buffer.byteLength(JSON.stringify(one)) < 262_144, `${one.kind} ${one.metadata.name}`)
    }
  })
}

rendered('what the page tells somebody to type names what a small site has', (t) => {
  const page = read('docs/kubernetes.md')
  const kinds = new Map(
    Object.entries({ deploy: 'Deployment', deployment: 'Deployment', statefulset: 'StatefulSet', cronjob: 'CronJob' }),
  )
  const there = workloadsIn(overlays.get('small') ?? []).map(({ kind, name }) => `${kind} ${name}`)
  const named = [...page.matchAll(/\b(deploy|deployment|statefulset|cronjob)\/([a-z]+)\b(?!\/)/g)].filter(
    ([, , name = '']) => name !== 'kubernetes',
  )

  t.true(named.length > 15)
  for (const [said, kind = '', name = ''] of named) t.true(there.includes(`${kinds.get(kind)} ${name}`), said)
  for (const [script] of page.matchAll(/src\/commands\/[a-z-]+\.ts/g))
    t.true(existsSync(path.join(projectFolder, script)), script)
})

/** How many there are of each that these lines have scaled or applied, at their end. */
function leftBy(lines: readonly string[], manifests: readonly Manifest[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const [, names = '', count] = /^kubectl -n madang scale (.+) --replicas=(\d+)/.exec(line) ?? []
    for (const name of names.split(' ').filter(Boolean)) counts.set(name, Number(count))
    if (!line.startsWith('kubectl apply ')) continue
    for (const { kind, name, replicas } of workloadsIn(manifests)) {
      if (replicas !== undefined) counts.set(`${kind.toLowerCase()}/${name}`, replicas)
    }
  }
  return counts
}

for (const name of overlayNames()) {
  rendered(`${name}: all that was stopped for a restore runs again by what the page says`, (t) => {
    const blocks = [...read('docs/kubernetes.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)
    const lines = blocks.find((text) => text.includes('restore.ts --from'))?.split('\n') ?? []
    const stopped = lines.filter((line) => line.includes('--replicas=0')).join('\n')
    const manifests = overlays.get(name) ?? []

    for (const who of ['deployment/server', 'deployment/worker']) t.true(stopped.includes(who), who)
    const none = [...leftBy(lines, manifests)].filter(([, count]) => count === 0).map(([who]) => who)
    t.deepEqual(none, ['deployment/maintenance'])
  })
}

rendered('an overlay without its secrets is refused in the words of kustomize', async (t) => {
  await t.throwsAsync(renderOverlay(kubectl, 'small', { withSecrets: () => undefined }), {
    message: /secrets\/database_url/,
  })
})

test('no secret of an overlay comes into the repository', (t) => {
  t.true(read('.gitignore').split('\n').includes('secrets/'))
  t.deepEqual(globSync('deploy/kubernetes/**/secrets', { cwd: projectFolder }), [])
})

test('a mode is read as Kubernetes reads it', (t) => {
  const text = 'apiVersion: v1\nkind: Thing\nmetadata: { name: a }\nmode: 0440\n'

  t.deepEqual(parseManifests(text), [
    manifest.parse({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, mode: 0o440 }),
  ])
})
