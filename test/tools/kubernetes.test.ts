import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
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
import { manifest, overlayNames, parseManifests, renderOverlay, secretFiles } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'
import { projectFolder } from '../../tools/paths.ts'
import { componentIn, dataOf, mainOf, workloadsIn } from '../support/manifests.ts'
import type { Container, Workload } from '../support/manifests.ts'

/** What Kubernetes would be sent, held to the code that runs there, and to docker-compose.yml, which says the same in other words. */

const kubectl = process.env['KUBECTL'] ?? ''
const rendered = kubectl === '' ? test.skip : test
const overlays = new Map<string, readonly Manifest[]>()

test.before('what the overlays send', async () => {
  if (kubectl === '') return
  for (const name of overlayNames()) overlays.set(name, await renderOverlay(kubectl, name))
})

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
        user: z.string().optional(),
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
const settings = new Set(describeSettings().map(({ name }) => name))

/** The environment of a container as its process would find it. */
function envOf(manifests: readonly Manifest[], { env, envFrom }: Container): Record<string, string> {
  const shared = envFrom.map(({ configMapRef }) => dataOf(manifests, 'ConfigMap', configMapRef.name))
  const own = env.map(({ name, value = 'the-name-of-the-pod' }) => [name, value])
  return Object.assign({}, ...shared, Object.fromEntries(own))
}

/** Files of secrets that a container finds, by path, with the key of each. */
function secretsOf({ pod }: Workload, { volumeMounts }: Container): Map<string, string> {
  const found = volumeMounts.flatMap(({ name, mountPath }) => {
    const volume = pod.volumes.find((one) => one.name === name)
    return (volume?.secret?.items ?? []).map(({ key, path: file }) => [`${mountPath}/${file}`, key] as const)
  })
  return new Map(found)
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

test('there are overlays to look at', (t) => {
  t.deepEqual(overlayNames(), ['large', 'small'])
})

for (const name of overlayNames()) {
  const of = (): readonly Manifest[] => overlays.get(name) ?? []

  rendered(`${name}: each process of ours is given settings that it knows, and starts with them`, (t) => {
    for (const component of ours) {
      const workload = componentIn(of(), component)
      for (const container of [...workload.pod.initContainers, mainOf(workload)]) {
        for (const variable of Object.keys(envOf(of(), container))) {
          const isKnown = variable === 'NODE_OPTIONS' || settings.has(variable.replace(/_FILE$/, ''))
          t.true(isKnown, `${component}: ${variable} is a setting`)
        }
        t.notThrows(() => configOf(of(), container), component)
      }
    }
    const config = configOf(of(), mainOf(componentIn(of(), 'server')))
    t.like(config, { HOST: '0.0.0.0', PORT: 3000, PUBLIC_ORIGIN: 'https://madang.example' })
  })

  rendered(`${name}: each process finds its own secrets, and no others, as in compose`, (t) => {
    const generated = secretFiles(name).map((file) => path.basename(file))
    for (const component of ours) {
      const workload = componentIn(of(), component)
      const main = mainOf(workload)
      const files = secretsOf(workload, main)
      const wanted = Object.entries(envOf(of(), main)).filter(([variable]) => variable.endsWith('_FILE'))

      t.deepEqual(wanted.map(([, file]) => file).toSorted(), [...files.keys()].toSorted(), component)
      for (const key of files.values()) t.true(generated.includes(key), `${component}: ${key} is generated`)
      const others = [...files.values()].filter((key) => key !== 'media_s3_secret_key')
      t.deepEqual(others.toSorted(), composedAs(inCompose[component]).secrets.toSorted(), component)
      for (const waiting of workload.pod.initContainers) {
        const known = secretsOf(workload, waiting)
        for (const [variable, file] of Object.entries(envOf(of(), waiting))) {
          if (variable.endsWith('_FILE')) t.true(known.has(file), `${component}: ${file}`)
        }
      }
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
      t.regex(waiting?.args[2] ?? '', /^until node src\/commands\/migrate\.ts status; do/)
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
    t.true(server.pod.terminationGracePeriodSeconds >= Number(seconds) + drain + closing)
    const asComposed = (service: string): number => Number(composedAs(service).stop_grace_period?.replace('s', ''))
    t.true(componentIn(of(), 'worker').pod.terminationGracePeriodSeconds >= asComposed('worker'))
    const nginx = componentIn(of(), 'nginx')
    const [, quietly] = /worker_shutdown_timeout (\d+)s/.exec(read('nginx/nginx.conf')) ?? []
    const [, ahead] = mainOf(nginx).lifecycle?.preStop.exec?.command ?? []
    t.true(nginx.pod.terminationGracePeriodSeconds > Number(ahead) + Number(quietly))
  })

  rendered(`${name}: transcripts and pictures are where the processes look for them`, (t) => {
    for (const component of ['server', 'worker']) {
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
    t.deepEqual(claimed.toSorted(), isOnDisk ? ['media', 'transcripts'] : ['transcripts'])
  })

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

const templates = globSync('nginx/**/*.conf', { cwd: projectFolder }).map((file) => path.relative('nginx', file))
const entries = globSync('nginx/*.envsh', { cwd: projectFolder }).map((file) => path.basename(file))

for (const name of overlayNames()) {
  const of = (): readonly Manifest[] => overlays.get(name) ?? []

  rendered(`${name}: Nginx has every template in its place, and every value that they ask for`, (t) => {
    const workload = componentIn(of(), 'nginx')
    const main = mainOf(workload)
    const volume = workload.pod.volumes.find((one) => one.name === 'templates')?.configMap
    const data = dataOf(of(), 'ConfigMap', volume?.name ?? '')
    const placed = new Map((volume?.items ?? []).map(({ key, path: file }) => [file, data[key]]))

    t.true(templates.length >= 9)
    t.deepEqual([...placed.keys()].toSorted(), templates.map((file) => `${file}.template`).toSorted())
    for (const file of templates) t.is(placed.get(`${file}.template`), read(`nginx/${file}`), file)

    const run = main.volumeMounts.filter(({ mountPath }) => mountPath.startsWith('/docker-entrypoint.d/'))
    // In the order of their names: what the first one finds out the second one makes directives of.
    const sourced = ['17-named-servers.envsh', '18-settings.envsh']
    t.deepEqual(entries, ['settings.envsh'])
    t.deepEqual(
      run.map(({ mountPath, subPath }) => `${mountPath} ${subPath}`).toSorted(),
      sourced.map((file) => `/docker-entrypoint.d/${file} ${file.slice(3)}`),
    )
    const scripts = [
      ...entries.map((file) => read(`nginx/${file}`)),
      read('deploy/kubernetes/base/named-servers.envsh'),
    ]
    const made = scripts.flatMap((text) =>
      [...text.matchAll(/^export (MADANG_.*)$/gm)].flatMap(([, each = '']) => each.split(' ')),
    )
    const given = envOf(of(), main)
    const asked = new Set(
      [...placed.values()].flatMap((text) =>
        [...(text ?? '').matchAll(/\$\{(MADANG_\w+)\}/g)].map(([, each = '']) => each),
      ),
    )
    t.deepEqual(
      [...asked].filter((each) => !(each in given) && !made.includes(each)),
      [],
    )
  })

  rendered(`${name}: Nginx runs as compose runs it, with the values of compose`, (t) => {
    const main = mainOf(componentIn(of(), 'nginx'))
    const { environment, command, user } = composedAs('nginx')
    const given = envOf(of(), main)
    /** Told otherwise here, each for a reason that stands beside it. */
    const others = [
      'MADANG_SERVERS',
      'MADANG_NAMED_SERVERS',
      'MADANG_INNER_ADDRESSES',
      'MADANG_WORKERS',
      'MADANG_TRUSTED_PROXIES',
      'MEDIA_BASE_URL',
    ]

    t.deepEqual(main.args, command)
    t.is(user, '101:101')
    t.like(componentIn(of(), 'nginx').pod['securityContext'], { runAsUser: 101, runAsGroup: 101 })
    for (const [variable, value] of Object.entries(environment)) {
      const [, standard = String(value)] = /^\$\{\w+:-(.*)\}$/.exec(String(value)) ?? []
      if (!others.includes(variable)) t.is(given[variable], standard, variable)
    }
    t.deepEqual(
      Object.keys(given).filter((variable) => !(variable in environment)),
      ['MADANG_SERVICE'],
    )
  })
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

rendered(
  'the secrets of a small site are those that `npm run secrets` makes, but for that of Grafana, which is not here',
  async (t) => {
    const manifests = await renderOverlay(kubectl, 'small', (folder) => {
      const script = path.join(projectFolder, 'tools', 'make-secrets.ts')
      const { status, stderr } = spawnSync(process.execPath, [script, path.join(folder, 'secrets')], {
        encoding: 'utf8',
      })
      t.is(status, 0, stderr)
    })
    const [secret] = manifests.filter(({ kind }) => kind === 'Secret')

    t.deepEqual(
      Object.keys(z.record(z.string(), z.string()).parse(secret?.['data'])).toSorted(),
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

rendered('the rules of a large site are those of deploy/monitoring, all of them', (t) => {
  const [rule] = (overlays.get('large') ?? []).filter(({ kind }) => kind === 'PrometheusRule')

  t.deepEqual(rule?.['spec'], parse(read('deploy/monitoring/alerts.yml')))
})

rendered('an overlay without its secrets is refused in the words of kustomize', async (t) => {
  await t.throwsAsync(
    renderOverlay(kubectl, 'small', () => undefined),
    { message: /secrets\/database_url/ },
  )
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
