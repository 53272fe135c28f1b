import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** The three programs beside Node that Madang stands on. `database` is MariaDB or MySQL, `redis` Redis or Valkey. */
export type ServiceName = 'redis' | 'database' | 'nginx'
export type Programs = Record<ServiceName, string>

/** What can be found and fetched: the services; a browser and Prometheus, which only the tests want; and what comes with Redis to measure it. */
export type ProgramName = ServiceName | 'browser' | 'benchmark' | 'prometheus' | 'promtool'

export const serviceNames: readonly ServiceName[] = ['redis', 'database', 'nginx']

const executables: Record<ProgramName, readonly string[]> = {
  redis: ['redis-server', 'valkey-server'],
  benchmark: ['redis-benchmark', 'valkey-benchmark'],
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  database: ['mariadbd', 'mysqld'],
  nginx: ['nginx'],
  browser: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'Google Chrome'],
}

/** Settings that name a program by its path, whatever else is installed. */
const settings: Record<ProgramName, string> = {
  redis: 'REDIS_SERVER',
  benchmark: 'REDIS_BENCHMARK',
  prometheus: 'PROMETHEUS',
  promtool: 'PROMTOOL',
  database: 'DATABASE_SERVER',
  nginx: 'NGINX_SERVER',
  browser: 'CHROMIUM',
}

const usualFolders = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  ...['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'].flatMap((prefix) => [
    `${prefix}/bin`,
    ...['redis', 'valkey', 'mariadb', 'mysql', 'nginx'].map((keg) => `${prefix}/opt/${keg}/bin`),
  ]),
]

/** Finds what is installed: what a setting such as DATABASE_SERVER names, then PATH, then the folders where servers usually lie, then `furtherFolders`. */
export function findPrograms(furtherFolders: readonly string[] = []): Partial<Programs> {
  const found: Partial<Programs> = {}
  for (const service of serviceNames) {
    const program = findProgram(service, furtherFolders)
    if (program !== undefined) found[service] = program
  }
  return found
}

export function findProgram(name: ProgramName, furtherFolders: readonly string[] = []): string | undefined {
  const given = process.env[settings[name]]
  if (given) return given
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  return findExecutable(executables[name], [...onPath, ...usualFolders, ...furtherFolders])
}

export function findExecutable(names: readonly string[], folders: readonly string[]): string | undefined {
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  return candidates.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
