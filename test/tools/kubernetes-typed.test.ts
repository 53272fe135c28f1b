import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { parse } from 'yaml'
import { z } from 'zod'
import { overlayNames, renderOverlay } from '../../tools/kubernetes/render.ts'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import { workloadsIn } from '../support/manifests.ts'
import { rendered } from '../support/overlays.ts'

/** What docs/kubernetes.md tells somebody to type, run with a `kubectl` in the place of a cluster's. */

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const page = read('docs/kubernetes.md')
const program = process.env['KUBECTL'] ?? ''

/** The lines of the block in which `part` stands. */
function block(part: string): string[] {
  const texts = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  return texts.find((text) => text.includes(part))?.split('\n') ?? []
}

/** Runs the lines in a folder of their own, where `kubectl` and `node` are these scripts, and nobody sleeps for long. */
function typed(t: ExecutionContext, lines: readonly string[], programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-typed-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [name, script] of Object.entries({ sleep: 'exec /bin/sleep 0.05', ...programs })) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  const text = lines.join('\n').replaceAll('/backups', folder)
  const { status, stdout, stderr } = spawnSync('sh', ['-c', text], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
  return { status, stdout, stderr }
}

for (const [end, conditions] of [
  ['Complete', 'SuccessCriteriaMet Complete'],
  ['Failed', 'FailureTarget Failed'],
] as const) {
  test(`the backup before an update is waited for until it says ${end}, by the name that it was begun by`, (t) => {
    const kubectl = `case "$*" in
  '-n madang create job --from=cronjob/backup before-0.2.0') echo begun ;;
  '-n madang get job/before-0.2.0 '*)
    # Twice it is still at work, and then at its end but for its last pod.
    echo . >> asked
    case $(wc -l < asked) in 1 | 2) ;; 3) printf ${conditions.split(' ')[0]} ;; *) printf '${conditions}' ;; esac ;;
  '-n madang logs job/before-0.2.0') wc -l < asked ;;
  *) echo "$*: what is that?" >&2; exit 1 ;;
esac`

    const { status, stdout, stderr } = typed(t, block('create job'), { kubectl })

    t.is(status, 0, stderr)
    t.is(stderr, '')
    t.deepEqual(stdout.trim().split(/\s*\n\s*/), ['begun', conditions, '4'])
  })
}

/** Does in a shell of this machine what it would do in the pod. */
const here = `while [ "$1" != -- ]; do shift; done
shift
exec "$@"`

for (const code of [0, 3]) {
  test(`a restore that ends with ${code} is waited for, goes on without its connection, and leaves what it said`, (t) => {
    const lines = block('restore.ts --from').filter((line) => /^restore=|exec deploy\/maintenance/.test(line))
    const node = `echo "$@"\n/bin/sleep 0.5\necho restored\nexit ${code}`

    const { status, stdout, stderr } = typed(
      t,
      ['echo "ended with 0, long ago" > /backups/restore.log', ...lines.slice(0, 2), 'echo away', ...lines.slice(2)],
      { kubectl: here, node },
    )

    t.is(lines.length, 4)
    t.is(status, 0, stderr)
    const [away, waited, command = '', ...said] = stdout.trim().split('\n')
    t.deepEqual([away, waited, ...said], ['away', `ended with ${code}`, 'restored', `ended with ${code}`])
    t.regex(command, /^src\/commands\/restore\.ts --from \S+ --all-data-goes$/)
  })
}

test('what wants the backups is typed where their volume is, and files that are gone are brought from there', (t) => {
  const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text = '']) => text.split('\n'))
  const wanting = lines.filter((line) => /^kubectl .* exec .*\/backups/.test(line))

  t.deepEqual(
    wanting.filter((line) => !line.includes(' exec deploy/maintenance -- ')),
    [],
  )
  const line = wanting.find((one) => one.includes('src/commands/missing-files.ts --from /backups/')) ?? ''
  const { stdout } = typed(t, [line], { kubectl: here, node: 'echo "$@"' })
  t.regex(stdout, /^src\/commands\/missing-files\.ts --from \S+\n$/)
  t.regex(page, /GONE HERE/)
})

test('the way back is said for each kind of site that operations.md knows', (t) => {
  const [, table = ''] = /^## Commands\n[\s\S]*?\n\|---\|---\|\n([\s\S]*?)\n\n/m.exec(read('docs/operations.md')) ?? []
  const kinds = ['npm start', 'Compose', 'systemd', 'cluster']
  const rows = table.split('\n')
  t.is(rows.length, kinds.length, 'each kind has a way back below')
  for (const [index, kind] of kinds.entries()) t.true(rows[index]?.includes(kind), kind)

  const [, chapter = ''] = /^## The way back\n([\s\S]*?)^## /m.exec(read('docs/upgrading.md')) ?? []
  for (const way of ['operations.md#with-compose', 'operations.md#without-containers', 'kubernetes.md#the-way-back'])
    t.true(chapter.includes(`](${way})`), way)
  t.true(chapter.includes('systemd'))
})

test('on a cluster the way back begins with the old version, and then restores', (t) => {
  const [, chapter = ''] = /^### The way back\n([\s\S]*?)^## /m.exec(page) ?? []
  const steps = [...chapter.matchAll(/^\d\. (.*)$/gm)].map(([, step = '']) => step)
  const at = (part: string): number => steps.findIndex((step) => step.includes(part))

  t.true(at('the old tag') >= 0 && at('the old tag') < at('*To restore*'), steps.join('\n'))
  t.true(page.includes('**To restore**'))
})

const ingress = z.looseObject({
  kind: z.literal('Ingress'),
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    ingressClassName: z.string().optional(),
    tls: z.array(z.looseObject({ secretName: z.string() })),
  }),
})
const account = z.looseObject({
  kind: z.literal('ServiceAccount'),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).default([]),
})
/** The first of them that is of this shape. */
function only<T>(shape: z.ZodType<T>, manifests: readonly unknown[]): T {
  const [found] = manifests.flatMap((one) => shape.safeParse(one).data ?? [])
  if (found === undefined) throw new Error('there is none')
  return found
}

for (const name of overlayNames()) {
  rendered(`${name}: the certificate, which it does not make, is named at its top and in what is typed`, async (t) => {
    const manifests = await renderOverlay(program, name)
    const secrets = manifests.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name)
    const { spec } = only(ingress, manifests)
    const [head = ''] = read(`deploy/kubernetes/overlays/${name}/kustomization.yaml`).split('apiVersion:')

    t.true(spec.tls.length > 0)
    for (const { secretName } of spec.tls) {
      t.false(secrets.includes(secretName), secretName)
      t.true(head.includes(`Secret ${secretName}`), head)
      t.true(page.includes(`\`kubectl -n madang create secret tls ${secretName} --cert=`), secretName)
    }
    if (spec.ingressClassName === undefined) t.true(page.includes('`kubectl get ingressclass`'))
  })
}

rendered(
  'the patches of the page bring class, certificate and a registry, with the Secret that is typed',
  async (t) => {
    const [, text = ''] = /```yaml\n([^`]*^patches:[^`]*)```/m.exec(page) ?? []
    const { patches } = parse(text) as { patches: unknown[] }
    const manifests = await renderOverlay(program, 'small', { patches })
    const { metadata, spec } = only(ingress, manifests)
    const [, secret = ''] = /create secret docker-registry ([\w-]+) /.exec(page) ?? []

    t.is(spec.ingressClassName, 'traefik')
    t.is(metadata.annotations['cert-manager.io/cluster-issuer'], 'letsencrypt')
    t.true(Object.keys(metadata.annotations).length > 5, 'those that it had stay')
    t.deepEqual(only(account, manifests).imagePullSecrets, [{ name: secret }])
  },
)

rendered(
  'whose number an autoscaler has is taken out of what was applied before, by a word that kubectl has',
  async (t) => {
    const manifests = await renderOverlay(program, 'small', { components: ['autoscaling'] })
    const taken = manifests
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ metadata }) => metadata.name)
    const lines = block('edit-last-applied')

    t.deepEqual(taken.toSorted(), ['nginx', 'server'])
    t.deepEqual(
      lines.slice(0, taken.length).toSorted(),
      taken.map((name) => `kubectl -n madang apply edit-last-applied deployment/${name}`).toSorted(),
    )
    const set = workloadsIn(manifests).filter(({ name, replicas }) => taken.includes(name) && replicas !== undefined)
    for (const { name } of set) t.true(page.includes(`its own patch of \`replicas\`, for \`${name}\``), name)
    t.true(lines[taken.length]?.startsWith('kubectl apply -k '))
    t.is((await ask(program, ['apply', 'edit-last-applied', '--help'])).code, 0)
  },
)
