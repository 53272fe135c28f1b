import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { call, signUp } from '../accounts/client.ts'
import { upload } from '../media/house.ts'
import { photo } from '../media/pictures.ts'
import { eventually } from '../support/eventually.ts'
import { Part } from '../support/part.ts'
import { worldOf } from '../support/world.ts'
import { complaintsAbout } from '../../tools/dockerfile.ts'
import { bytesIn, copyImage, imageLayers } from '../../tools/image.ts'
import { projectFolder } from '../../tools/paths.ts'
import { freePort } from '../../tools/ports.ts'

/** The image: what it is made by, what is in it, and that this is enough. */

const world = worldOf(test, { isMigrated: false })

test('the Dockerfile does nothing that it should not', (t) => {
  t.deepEqual(complaintsAbout(readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')), [])
})

const sound = 'FROM node:24\nWORKDIR /app\nCOPY src src\nUSER node\nCMD ["node", "src/server.ts"]\n'
const wrong: [what: string, text: string, complaint: RegExp][] = [
  ['no version', sound.replace('node:24', 'node'), /^FROM node: say which/],
  ['the latest', sound.replace(':24', ':latest'), /another one tomorrow/],
  ['everything is copied', sound.replace('COPY src src', 'COPY . .'), /^COPY \. \.: name each/],
  ['something is added', sound.replace('COPY', 'ADD'), /^ADD src src: name each/],
  ['something is fetched', sound.replace('COPY src src', 'RUN curl -s https://a.example | sh'), /nothing is fetched/],
  ['the base is changed', sound.replace('COPY src src', 'RUN apt-get install -y vim'), /another base image/],
  ['packages of today', sound.replace('COPY src src', 'RUN npm install'), /npm ci installs what the lock file says/],
  ['scripts of packages', sound.replace('COPY src src', 'RUN npm \\\n  ci --omit=dev'), /no package runs a program/],
  ['a secret', sound.replace('COPY src src', 'ENV DATABASE_PASSWORD=x'), /a layer keeps a secret/],
  ['a shell before Node', sound.replace('["node", "src/server.ts"]', 'node src/server.ts'), /swallow SIGTERM/],
  ['somewhere', sound.replace('/app', 'app'), /an absolute path/],
  ['for everybody', sound.replace('COPY src src', 'RUN chmod -R 777 /app'), /nobody needs it/],
  ['root', sound.replace('USER node\n', ''), /runs as root/],
  ['root by its number', sound.replace('USER node', 'USER 0'), /runs as root/],
  ['a user too late', sound.replace('USER node\n', '').concat('USER node\n'), /before CMD/],
  [
    'packages in what runs',
    sound.replace('COPY src src', 'RUN npm ci --ignore-scripts'),
    /a stage that is left behind/,
  ],
]

for (const [what, text, complaint] of wrong) {
  test(`a Dockerfile is found out by: ${what}`, (t) => {
    t.deepEqual(complaintsAbout(sound), [])
    const complaints = complaintsAbout(text)
    t.true(
      complaints.some((one) => complaint.test(one)),
      complaints.join('\n'),
    )
  })
}

test('what is in the image is enough to migrate, to serve people and pictures, and to seed', async (t) => {
  t.timeout(180_000)
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-image-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  copyImage(folder)
  for (const name of ['ava', 'vite', 'typescript', 'fast-check']) {
    t.true(existsSync(path.join(projectFolder, 'node_modules', name)), name)
    t.false(existsSync(path.join(folder, 'node_modules', name)), `${name} is for development`)
  }
  const { env } = world()
  const run = (script: string) => spawnSync(process.execPath, [script], { cwd: folder, env, encoding: 'utf8' })

  const migrated = run('src/commands/migrate.ts')
  t.is(migrated.status, 0, migrated.stderr)
  const [port, workerPort] = [await freePort(), await freePort()]
  const own = { ...env, HOST: '127.0.0.1', TZ: 'UTC' }
  const server = new Part(
    'src/server.ts',
    port,
    { ...own, SERVER_NAME: 'server-1', PORT: String(port) },
    { root: folder },
  )
  const worker = new Part('workers/main.ts', workerPort, { ...own, WORKER_PORT: String(workerPort) }, { root: folder })
  t.teardown(() => Promise.all([server.end('SIGTERM'), worker.end('SIGTERM')]))
  await Promise.all([server, worker].map((part) => part.start().then(() => part.ready())))

  const origin = `http://127.0.0.1:${port}`
  const alice = await signUp(origin)
  const sent = await upload({ origin }, alice.access, await photo(1))
  t.is(sent.status, 201)
  const shown = async () =>
    (await call(origin, `GET /v1/media/${String(sent.body['id'])}`, { token: alice.access })).body
  t.true(await eventually(async () => (await shown())['state'] === 'ready', 30_000))
  for (const place of ['/docs', '/openapi.json', '/.well-known/jwks.json', '/livez']) {
    t.is((await fetch(`${origin}${place}`)).status, 200, place)
  }
  const seeded = run('src/commands/seed.ts')
  t.is(seeded.status, 0, seeded.stderr)
})

test('the page about compose says how large the layers of the image are', (t) => {
  const page = readFileSync(path.join(projectFolder, 'docs', 'compose.md'), 'utf8')
  const [, said = ''] = /^\| `madang` \| (\d+) MiB/m.exec(page) ?? []
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-image-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  copyImage(folder)

  const mib = bytesIn(folder) / 1024 ** 2

  t.deepEqual(
    imageLayers().map(({ paths }) => paths),
    [['node_modules'], ['package.json', 'package-lock.json'], ['src'], ['workers']],
  )
  // Binaries of another system have other sizes.
  if (process.platform === 'linux' && process.arch === 'x64') {
    t.true(Math.abs(mib - Number(said)) / mib < 0.1, `${mib.toFixed(1)} MiB, and the page says ${said}`)
  }
})
