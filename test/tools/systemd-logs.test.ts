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
const [line = '', mode = ''] = /install -d -m (\d+) .*\/var\/log\/madang$/m.exec(read('docs/operations.md')) ?? []
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
  t.is(statSync(log).mode & 0o007, 0)

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
  const [program = '', ...args] = line.replace('/var/log/madang', logs).split(' ')
  execFileSync(program, args)
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
  const start = `umask ${umask}; exec "$0" -p "$1/" -c "$1/nginx.conf" -e stderr -g 'daemon off;'`
  const child = spawn('sh', ['-c', start, process.env['NGINX_SERVER'] ?? 'nginx', folder], { stdio: 'ignore' })
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
