import path from 'node:path'
import { runForeground } from './foreground.ts'
import { dataFolder, projectFolder } from './paths.ts'
import { runTool } from './problem.ts'
import { screenProgress } from './progress.ts'
import { ask } from './services/shell.ts'
import { provideUnstable } from './services/unstable.ts'

/**
 * npm run test:matrix [-- NAME… FILE…]   runs the tests on the other databases that people may have, one after the other: all, or
 * those named. Each is the newest of Debian unstable, fetched once into the data folder. The last lines say how each went.
 */
const others = [
  { name: 'mysql', packages: ['mysql-server-core'], program: 'mysqld', setting: 'DATABASE_SERVER' },
  { name: 'mariadb', packages: ['mariadb-server-core'], program: 'mariadbd', setting: 'DATABASE_SERVER' },
  { name: 'redis', packages: ['redis-server'], program: 'redis-server', setting: 'REDIS_SERVER' },
  { name: 'valkey', packages: ['valkey-server'], program: 'valkey-server', setting: 'REDIS_SERVER' },
  { name: 'nginx', packages: ['nginx'], program: 'nginx', setting: 'NGINX_SERVER' },
] as const

async function main(): Promise<number> {
  const args = process.argv.slice(2)
  const named = others.filter(({ name }) => args.includes(name))
  const files = args.filter((word) => !named.some(({ name }) => name === word))
  const outcomes: { code: number; version: string }[] = []
  for (const other of named.length > 0 ? named : others) outcomes.push(await runOn(other, files))
  for (const { code, version } of outcomes) process.stdout.write(`${code === 0 ? '✔' : '✘'} ${version}\n`)
  return outcomes.filter(({ code }) => code !== 0).length
}

async function runOn(other: (typeof others)[number], files: readonly string[]) {
  const program = await provideUnstable(other, path.join(dataFolder, 'matrix', other.name), screenProgress())
  const version = (await ask(program, [other.name === 'nginx' ? '-v' : '--version'])).output
    .trim()
    .replace(/^\S*\/(?=\S)/, '')
  process.stderr.write(`\n${version}\n`)
  const { DATABASE_URL: _given, ...env } = process.env
  const script = path.join(projectFolder, 'tools', 'test.ts')
  const code = await runForeground(process.execPath, [script, ...files], { env: { ...env, [other.setting]: program } })
  return { code, version: `${other.name}: ${version}` }
}

await runTool(main)
