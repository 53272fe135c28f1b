import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import { readCompose } from '../support/compose.ts'
import { startEngine } from '../support/docker-engine.ts'

/** What Compose wants of an engine for what a guide lets an operator type, on a machine that has no images yet and on one that has. */

const program = process.env['DOCKER_COMPOSE']
const withCompose = program === undefined ? test.skip : test
const ours = ['madang:latest', 'madang-nginx:latest']
const all = [...ours, 'mysql:9.7', 'redis:8']

async function compose(t: ExecutionContext, words: string, images: readonly string[] = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-engine-'))
  const engine = await startEngine(images)
  t.teardown(() => {
    engine.close()
    rmSync(folder, { recursive: true })
  })
  for (const file of ['docker-compose.yml', 'Dockerfile', '.dockerignore']) {
    copyFileSync(path.join(projectFolder, file), path.join(folder, file))
  }
  const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: engine.url, DOCKER_BUILDKIT: '0' }
  const ended = await ask(program ?? '', words.split(' '), {
    cwd: folder,
    env: { ...env, COMPOSE_PROJECT_NAME: 'madang' },
  })
  return { ...engine, ...ended }
}

withCompose('the first start builds each image once, asks no registry for it, and makes every container', async (t) => {
  const { code, output, pulled, built, created } = await compose(t, 'up -d')

  t.is(code, 0, output)
  t.deepEqual(built.toSorted(), ours.toSorted())
  t.deepEqual(pulled.toSorted(), ['mysql:9.7', 'redis:8'])
  const workers = ['worker-1', 'worker-2']
  t.deepEqual(
    created.map(({ name }) => name.replace('madang-', '')).toSorted(),
    ['migrate-1', 'mysql-1', 'nginx-1', 'redis-1', 'server-1-1', 'server-2-1', ...workers].toSorted(),
  )
})

withCompose('a volume takes over the owner of one folder of one image, whoever is made first', async (t) => {
  const { code, output, created } = await compose(t, '--profile monitoring up -d')

  t.is(code, 0, output)
  const { volumes } = readCompose()
  for (const [name, options] of Object.entries(volumes)) {
    const mounts = created.flatMap((one) =>
      one.volumes.filter(({ volume }) => volume === name).map((mount) => ({ image: one.image, ...mount })),
    )
    const copied = new Set(mounts.filter(({ isCopied }) => isCopied).map(({ image, target }) => `${image} ${target}`))
    t.true(mounts.length > 0, name)
    // Who owns one in memory is said where it is made.
    t.is(copied.size, /\buid=\d+/.test(options?.driver_opts?.['o'] ?? '') ? 0 : 1, `${name}: ${[...copied].join()}`)
  }
})

for (const words of ['up -d server-1', '--profile demo run -d seed', 'run -d --no-deps migrate node x']) {
  withCompose(`where nothing is built yet it is built by: ${words}`, async (t) => {
    const { code, output, built, created } = await compose(t, words)

    t.is(code, 0, output)
    t.deepEqual(built, ['madang:latest'])
    t.is(created.at(-1)?.image, 'madang:latest')
  })
}

withCompose('a command in a worker without what that one stands on wants an image that is there', async (t) => {
  const words = 'run -d --no-deps worker node x'
  const [without, withImages] = [await compose(t, words), await compose(t, words, all)]

  t.not(without.code, 0)
  t.regex(without.output, /No such .*madang:latest/)
  t.is(withImages.code, 0, withImages.output)
  t.is(withImages.created.length, 1)
  for (const { built, pulled } of [without, withImages]) t.deepEqual([built, pulled], [[], []])
})

withCompose('newer images of MySQL and Redis are pulled without asking for ours', async (t) => {
  const { code, output, pulled } = await compose(t, 'pull', all)

  t.is(code, 0, output)
  t.deepEqual(pulled.toSorted(), ['mysql:9.7', 'redis:8'])
})

withCompose('an update builds both images, whether they are there or not', async (t) => {
  for (const images of [[], all]) {
    const { code, output, built } = await compose(t, 'build migrate nginx', images)

    t.is(code, 0, output)
    t.deepEqual(built.toSorted(), ours.toSorted())
  }
})

withCompose('on the way back images are built, since a restore and a start take those that are there', async (t) => {
  for (const words of ['run -d --no-deps migrate node x', 'up -d']) {
    const { code, output, built } = await compose(t, words, all)

    t.is(code, 0, output)
    t.deepEqual(built, [], words)
  }
  const guide = readFileSync(path.join(projectFolder, 'docs/upgrading.md'), 'utf8')
  const [, before = ''] = /^## The way back\n([\s\S]*?)npm run restore -- --from/m.exec(guide) ?? []
  t.regex(before, /`docker compose build migrate nginx`/)
})
