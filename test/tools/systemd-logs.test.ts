import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { projectFolder } from '../../tools/paths.ts'
import { freePort } from '../../tools/ports.ts'
import { eventually } from '../support/eventually.ts'

/** The folder of Nginx' logs, as the guide and the unit of systemd have it: who writes there after a rotation is no root. */

const read = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8')
const unit = read('deploy/systemd/madang-nginx.service')
/** The lines of the step before the configuration is tried, by which Nginx would make the files itself. */
const [, lines = '', mode = ''] =
  /^( *install -d -m (\d+) .*\/var\/log\/madang\n(?:.*\n)*?) *npm run nginx -- --to/m.exec(
    read('docs/operations.md'),
  ) ?? []
const umask = /^UMask=(\d+)$/m.exec(unit)?.[1] ?? '0022'

test('the guide and the unit make the same folder, which Nginx may pass and nobody else reads the logs in', (t) => {
  t.is(Number.parseInt(mode, 8), Number.parseInt(/^LogsDirectoryMode=(\d+)$/m.exec(unit)?.[1] ?? '', 8))
  t.is(Number.parseInt(mode, 8) & 0o001, 0o001, 'madang-nginx passes, who is not in adm')
  t.is(Number.parseInt(umask, 8) & 0o007, 0o007)
  t.regex(read('deploy/systemd/logrotate'), /^ +create 0640 root adm$/m)
})

const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('a request after the rotation is in the new file', async (t) => {
  t.timeout(60_000)
  const { log, port, pid } = await nginxWithLogs(t)
  await ask(port, 'before')
  await eventually(() => readFileSync(log, 'utf8').includes('before'))
  const { adm = -1 } = Object.fromEntries(
    readFileSync('/etc/group', 'utf8')
      .split('\n')
      .map((group) => [group.split(':')[0], Number(group.split(':')[2])]),
  )
  const errors = log.replace('access', 'error')
  for (const file of [log, errors]) {
    const { mode: its, gid } = statSync(file)
    t.deepEqual({ mode: its & 0o777, gid }, { mode: 0o640, gid: adm }, file)
  }
  t.regex(readFileSync(errors, 'utf8'), /a line of before/)

  renameSync(log, `${log}.1`)
  execFileSync('install', ['-m', '640', '-g', 'adm', '/dev/null', log])
  process.kill(pid, 'SIGUSR1')

  // Those that come before the worker has heard of it are in the old one.
  await eventually(async () => {
    await ask(port, 'after')
    return readFileSync(log, 'utf8').includes('after')
  })
  t.false(readFileSync(log, 'utf8').includes('before'))
})

/** An Nginx that begins as root and whose worker is nobody, with logs in the folder that the guide makes. */
async function nginxWithLogs(t: ExecutionContext): Promise<{ log: string; port: number; pid: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-logs-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const logs = path.join(folder, 'logs')
  const step = lines.replaceAll('/var/log/madang', logs)
  execFileSync('sh', ['-ec', step])
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `user nobody nogroup; worker_processes 1; pid ${folder}/it.pid; error_log ${logs}/error.log;
     events { worker_connections 64; }
     http { ${temporary.join(' ')} access_log ${logs}/access.log; server { listen 127.0.0.1:${port}; return 204; } }`,
  )
  const program = process.env['NGINX_SERVER'] ?? 'nginx'
  const words = [program, '-p', `${folder}/`, '-c', `${folder}/nginx.conf`, '-e', 'stderr']
  // As `npm run nginx` does, by root's shell. After each change of .env the whole step is typed again, and takes nothing away.
  execFileSync('sh', ['-c', 'umask 022; "$@" -t -q', 'sh', ...words])
  writeFileSync(path.join(logs, 'error.log'), 'a line of before\n', { flag: 'a' })
  execFileSync('sh', ['-ec', step])
  const start = `umask ${umask}; exec "$@" -g 'daemon off;'`
  const child = spawn('sh', ['-c', start, 'sh', ...words], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  await eventually(() => ask(port, 'whether it is there'))
  return { log: path.join(logs, 'access.log'), port, pid: child.pid ?? 0 }
}

async function ask(port: number, agent: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'user-agent': agent } }).catch(() => undefined)
  return answer?.status === 204
}
