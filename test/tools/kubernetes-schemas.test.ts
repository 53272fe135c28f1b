import test from 'ava'
import { overlayNames, parseManifests, renderOverlay, unusedComponents } from '../../tools/kubernetes/render.ts'
import { schemaFaults } from '../../tools/kubernetes/schemas.ts'

/** What `npm run check -- kubernetes` says. */

const kubectl = process.env['KUBECTL'] ?? ''
const rendered = kubectl === '' ? test.skip : test
const quietly = (): void => undefined

test.before('the schemas are there', async (t) => {
  t.timeout(300_000)
  await schemaFaults([], quietly)
})

for (const name of overlayNames()) {
  rendered(`${name}: every object is one that Kubernetes takes`, async (t) => {
    const manifests = await renderOverlay(kubectl, name)

    t.true(manifests.length > 20)
    t.deepEqual(await schemaFaults(manifests, quietly), [])
  })
}

rendered('every object of the components that no overlay takes is one that Kubernetes takes', async (t) => {
  const components = unusedComponents()
  const [without, manifests] = await Promise.all([
    renderOverlay(kubectl, 'large'),
    renderOverlay(kubectl, 'large', { components }),
  ])

  t.deepEqual(components, ['tracing'])
  t.true(manifests.length > without.length)
  t.deepEqual(await schemaFaults(manifests, quietly), [])
})

const whole = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: server }
spec:
  replicas: 2
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec:
      containers:
        - name: server
          image: madang:1
          ports: [{ name: http, containerPort: 3000 }]
          readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 5 }
          resources: { limits: { memory: 1Gi } }
`

const wrong: [what: string, was: string, is: string, fault: RegExp][] = [
  ['a field that is written wrong', 'readinessProbe:', 'readynessProbe:', /^Deployment server: .*readynessProbe/],
  [
    'a field at another depth',
    'periodSeconds: 5',
    'initialDelay: { seconds: 5 }',
    /^Deployment server: .*initialDelay/,
  ],
  ['a word where a number is wanted', 'replicas: 2', 'replicas: two', /^Deployment server: /],
  ['a port that is a sentence', 'containerPort: 3000', 'containerPort: "3000"', /^Deployment server: /],
  ['no selector', 'selector: { matchLabels: { a: b } }', 'paused: false', /^Deployment server: .*selector/],
  ['a container without a name', '- name: server\n          image', '- image', /^Deployment server: .*name/],
  ['an amount that is none', 'memory: 1Gi', 'memory: plenty', /^Deployment server: .*memory/],
]
for (const [what, was, is, fault] of wrong) {
  test(`an object with ${what} is refused, and named`, async (t) => {
    t.true(whole.includes(was))

    const faults = await schemaFaults(parseManifests(whole.replace(was, is)), quietly)

    t.true(faults.length > 0)
    for (const said of faults) t.regex(said, fault)
  })
}

test('what is right is not refused', async (t) => {
  t.deepEqual(await schemaFaults(parseManifests(whole), quietly), [])
})

test('a kind that nobody knows is refused', async (t) => {
  const faults = await schemaFaults(parseManifests(whole.replace('kind: Deployment', 'kind: Deploymint')), quietly)

  t.regex(faults.join('\n'), /Deploymint/)
})
