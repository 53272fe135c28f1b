import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import test from 'ava'
import { dataFolder } from '../../tools/paths.ts'
import { findProgram } from '../../tools/services/find.ts'
import { wrapPrograms, wrapperFolder } from '../../tools/services/wrap.ts'
import { joinTestDatabase } from '../../tools/test-database.ts'
import { freePort } from '../../tools/ports.ts'

test('the database of the tests is strict, in UTC, and keeps every commit', async (t) => {
  const connection = await createConnection({ uri: process.env['TEST_DATABASE_URL'] ?? '' })
  t.teardown(() => connection.end())

  const [rows] = await connection.query(
    'SELECT @@global.sql_mode AS mode, @@global.time_zone AS zone, @@global.innodb_flush_log_at_trx_commit AS flush, @@global.character_set_server AS charset',
  )

  t.like(rows, [{ zone: '+00:00', flush: 1, charset: 'utf8mb4' }])
  t.regex(JSON.stringify(rows), /STRICT_ALL_TABLES/)
})

test('a Redis started by its given path is the process itself, so a kill reaches it', async (t) => {
  const port = String(await freePort())
  const server = spawn(process.env['REDIS_SERVER'] ?? '', ['--port', port, '--save', ''], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  for await (const chunk of server.stdout) {
    output += String(chunk)
    if (output.includes('Ready to accept connections')) break
  }
  t.regex(output, /Ready to accept connections/)

  const exit = once(server, 'exit')
  server.kill('SIGKILL')
  const [, signal] = await exit

  t.is(signal, 'SIGKILL')
})

test('a setting that names a program is taken before what is installed', async (t) => {
  const before = process.env['DATABASE_SERVER']
  t.teardown(() => {
    if (before === undefined) delete process.env['DATABASE_SERVER']
    else process.env['DATABASE_SERVER'] = before
  })

  process.env['DATABASE_SERVER'] = '/opt/other/mysqld'

  t.is(findProgram('database'), '/opt/other/mysqld')
})

test('a program that came with a C library of its own is started by its own loader', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-wrapped-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const libraries = path.join(folder, 'usr', 'lib', 'some-linux-gnu')
  const bin = path.join(folder, 'usr', 'bin')
  await Promise.all([libraries, bin].map((one) => mkdir(one, { recursive: true })))
  const loader = '#!/bin/sh\nprintf "%s\\n" "$@"\n'
  await writeFile(path.join(libraries, 'ld-linux-some.so.2'), loader, { mode: 0o755 })
  await writeFile(path.join(bin, 'redis-server'), '', { mode: 0o755 })

  wrapPrograms(folder)
  const { stdout } = await promisify(execFile)(path.join(wrapperFolder(folder), 'redis-server'), ['--port', '0 1'])

  const said = stdout.trim().split('\n')
  t.is(said[0], '--library-path')
  t.true(said[1]?.split(':').some((place) => path.resolve(place) === libraries))
  t.is(path.resolve(said[2] ?? ''), path.join(bin, 'redis-server'))
  t.deepEqual(said.slice(3), ['--port', '0 1'])
})

// A database that was given is none that the tool keeps.
const onOwnDatabase = process.env['DATABASE_URL'] ? test.skip : test

onOwnDatabase('who wants another database than the one that tests run on is told so', async (t) => {
  await t.throwsAsync(joinTestDatabase('/opt/other/mysqld'), { message: /already.*--release/ })
})

const browser = process.env['CHROMIUM']
const inBrowser = browser === undefined ? test.skip : test

inBrowser('the browser of the tests runs the script of a page, and has a font for its words', async (t) => {
  const script = 'p.textContent = typeof EventSource; p.textContent += p.offsetHeight > 0 ? " is shown" : ""'
  const page = `data:text/html,<p id=p></p><script>${script}</script>`

  const { stdout } = await promisify(execFile)(browser ?? '', ['--headless', '--no-sandbox', '--dump-dom', page], {
    timeout: 60_000,
  })

  t.regex(stdout, /<p id="p">function is shown<\/p>/)
})

inBrowser('the browser of the tests draws Korean letters, and not a box for each', async (t) => {
  t.is(await drawnOtherwise(['마', '당', '한']), 3, 'a Korean font is missing here: fonts-nanum, or another')
})

/** One that was fetched before its fonts had any goes on without. */
const hasEmoji = existsSync(path.join(dataFolder, 'browser/usr/share/fonts/truetype/noto'))

;(hasEmoji ? inBrowser : test.skip)('a fetched browser draws emoji, and not a box for each', async (t) => {
  t.is(await drawnOtherwise(['😂', '🎉', '🙏']), 3)
})

/** How many of these letters are drawn otherwise than the others. */
async function drawnOtherwise(letters: readonly string[]): Promise<number> {
  const script = `const drawn = (letter) => {
    const canvas = document.createElement("canvas")
    const context = canvas.getContext("2d")
    context.font = "40px sans-serif"
    context.fillText(letter, 20, 60)
    return canvas.toDataURL()
  }
  p.textContent = new Set(${JSON.stringify(letters)}.map(drawn)).size + " letters"`
  const page = `data:text/html;charset=utf-8,${encodeURIComponent(`<p id=p></p><script>${script}</script>`)}`

  const { stdout } = await promisify(execFile)(browser ?? '', ['--headless', '--no-sandbox', '--dump-dom', page], {
    timeout: 60_000,
  })

  return Number(/<p id="p">(\d+) letters<\/p>/.exec(stdout)?.[1])
}
