import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { dataFolder, projectFolder, webFolder } from '../../tools/paths.ts'
import { silentProgress } from '../../tools/progress.ts'
import { provideWebClient } from '../../tools/web/client.ts'

test('a client that was built from the very same source is not built again', async (t) => {
  await provideWebClient(silentProgress)
  const built = statSync(webFolder).ino

  const { status, stderr } = spawnSync(process.execPath, ['tools/web/build.ts'], {
    cwd: projectFolder,
    encoding: 'utf8',
  })

  t.is(status, 0, stderr)
  t.is(stderr, '')
  t.is(statSync(webFolder).ino, built)
})

test('the image builds the same client from what is copied into it', async (t) => {
  await provideWebClient(silentProgress)
  const [, stage = ''] =
    /^FROM \S+ AS web\n([\s\S]*?)^FROM /m.exec(readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')) ?? []
  mkdirSync(dataFolder, { recursive: true })
  const app = mkdtempSync(path.join(dataFolder, 'image-'))
  t.teardown(() => rmSync(app, { recursive: true }))
  const copied = [...stage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
  for (const name of copied) {
    const filter = (from: string): boolean => from !== webFolder
    cpSync(path.join(projectFolder, name), path.join(app, name), { recursive: true, filter })
  }
  symlinkSync(path.join(projectFolder, 'node_modules'), path.join(app, 'node_modules'))
  const [, command = ''] = /^RUN (node_modules\/.*)$/m.exec(stage) ?? []

  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-euc', command], { cwd: app, encoding: 'utf8' })

  t.deepEqual(copied.toSorted(), ['package-lock.json', 'package.json', 'tsconfig.json', 'web'])
  t.is(status, 0, stdout + stderr)
  // The hash in a name goes by where the packages lie, too.
  const named = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replace(/-[\w-]{8}\./, '.'))
  t.true(existsSync(path.join(app, 'web/dist/index.html')))
  t.deepEqual(
    named(path.join(app, 'web/dist')).toSorted(),
    named(webFolder)
      .filter((name) => name !== '.made-from')
      .toSorted(),
  )
})

test('what is built is for production, though tests run under another name', async (t) => {
  await provideWebClient(silentProgress)
  const assets = path.join(webFolder, 'assets')

  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))

  t.not(process.env['NODE_ENV'], 'production')
  t.true(scripts.length > 1)
  for (const name of scripts) {
    // For development, each element says in which file it is written.
    t.false(readFileSync(path.join(assets, name), 'utf8').includes(projectFolder), name)
  }
})

test('every style sheet says the order of the layers first, since any of them may be the first to be loaded', async (t) => {
  await provideWebClient(silentProgress)
  const assets = path.join(webFolder, 'assets')

  const sheets = readdirSync(assets).filter((name) => name.endsWith('.css'))

  t.true(sheets.length > 1)
  for (const name of sheets) {
    t.regex(readFileSync(path.join(assets, name), 'utf8'), /^@layer reset, ?base, ?ui, ?shell, ?area;/, name)
  }
})
