import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import test from 'ava'
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

const browser = process.env['CHROMIUM']
const inBrowser = browser === undefined ? test.skip : test

inBrowser('the browser of the tests runs the script of a page', async (t) => {
  const page = 'data:text/html,<p></p><script>document.querySelector("p").textContent = typeof EventSource</script>'

  const { stdout } = await promisify(execFile)(browser ?? '', ['--headless', '--no-sandbox', '--dump-dom', page], {
    timeout: 60_000,
  })

  t.regex(stdout, /<p>function<\/p>/)
})
