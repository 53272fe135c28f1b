import { globSync, readFileSync } from 'node:fs'
import { overlaysOf, rendered } from '../support/overlays.ts'
import path from 'node:path'
import test from 'ava'
import { overlayNames, renderOverlay } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'
import { deriveSettings } from '../../tools/nginx-settings.ts'
import { projectFolder } from '../../tools/paths.ts'
import { readCompose } from '../support/compose.ts'
import { componentIn, dataOf, envOf, mainOf } from '../support/manifests.ts'

/** Nginx in Kubernetes, held to the templates of nginx/ and to compose. */

const kubectl = process.env['KUBECTL'] ?? ''
const overlays = overlaysOf(test)

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')

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
    const { environment = {}, command, user } = readCompose().services['nginx'] ?? {}
    const given = envOf(of(), main)
    /** Told otherwise here, each for a reason that stands beside it. */
    const others = [
      'MADANG_SERVERS',
      'MADANG_MORE_SERVERS',
      'MADANG_INNER_ADDRESSES',
      'MADANG_TRUSTED_PROXIES',
      'MEDIA_BASE_URL',
    ]

    t.deepEqual(main.args, command)
    t.is(user, '101:101')
    t.like(componentIn(of(), 'nginx').pod['securityContext'], { runAsUser: 101, runAsGroup: 101 })
    for (const [variable, value] of Object.entries(environment)) {
      if (!others.includes(variable)) t.is(given[variable], value, variable)
    }
    t.deepEqual(
      Object.keys(given).filter((variable) => !(variable in environment)),
      ['MADANG_SERVICE'],
    )
  })

  rendered(`${name}: the kubelet asks Nginx where no line of the PROXY protocol is waited for`, async (t) => {
    const nginx = { 'nginx-settings': ['MADANG_PROXY_PROTOCOL=on'] }
    const manifests = await renderOverlay(kubectl, name, { settings: nginx })
    const main = mainOf(componentIn(manifests, 'nginx'))
    const { MADANG_LISTEN } = deriveSettings(envOf(manifests, main))
    const listening = MADANG_LISTEN.split('; ').filter(Boolean)
    const portOf = (port: string): number | undefined => main.ports.find((one) => one.name === port)?.containerPort

    for (const probe of [main.startupProbe, main.readinessProbe, main.livenessProbe]) {
      const port = portOf(probe?.httpGet?.port ?? '')
      t.true(listening.includes(`listen ${port}`), `${port}: ${MADANG_LISTEN}`)
    }
    t.true(listening.includes(`listen ${portOf('http')} proxy_protocol`))
  })
}
