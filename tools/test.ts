import path from 'node:path'
import { settingOf } from './env-file.ts'
import { runForeground } from './foreground.ts'
import { checkDatabase } from './given.ts'
import { provideKubectl } from './kubernetes/kubectl.ts'
import { dataFolder, projectFolder } from './paths.ts'
import { Problem, runTool } from './problem.ts'
import { screenProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { provideCompose } from './services/compose.ts'
import { provideWsproto } from './services/foreign.ts'
import type { Python } from './services/foreign.ts'
import { provideMonitoring } from './services/monitoring.ts'
import { provideNamedNginx } from './services/named-nginx.ts'
import { provideBrowser, providePrograms } from './services/provide.ts'
import { joinTestDatabase, keepTestDatabase, releaseTestDatabase } from './test-database.ts'
import { Tally } from './tally.ts'

/**
 * npm test [-- FILE…]            runs the tests, or those of the given files, against services of their own
 * npm run test:proof             runs what proves the promise: crash points, drills, mutants, the model
 * npm test -- --keep             starts the test database and leaves it running, for quick runs
 * npm test -- --release          stops it again
 * npm test -- --shell -- CMD …   runs any command with the variables that tests get
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2)
  if (args[0] === '--release') return releaseTestDatabase().then(() => 0)
  const services = await prepare()
  if (args[0] === '--keep') {
    keepTestDatabase()
    process.stderr.write('The test database runs until `npm test -- --release`.\n')
  }
  try {
    if (args[0] === '--keep') return 0
    if (args[0] === '--shell') return await runCommand(args.slice(args[1] === '--' ? 2 : 1), services.env)
    return await runTests(filesOf(args), services.env)
  } finally {
    await services.leave()
  }
}

interface TestServices {
  env: NodeJS.ProcessEnv
  leave(): Promise<void>
}

async function prepare(): Promise<TestServices> {
  const progress = screenProgress()
  const given = settingOf(process.env, 'DATABASE_URL')
  if (given) await checkDatabase(given, { schema: 'optional' })
  const programs = await providePrograms(progress, given ? ['redis', 'nginx'] : ['redis', 'database', 'nginx'])
  const browser = await findBrowser(progress)
  const python = await findPython(progress)
  const monitoring = await orSkip('tests with Prometheus are skipped', () => provideMonitoring(progress))
  const compose = await orSkip('tests that let Compose read its files are skipped', () => provideCompose(progress))
  const named = await orSkip('servers that Nginx finds by their name are not tried', () =>
    provideNamedNginx(programs.nginx, progress),
  )
  const kubectl = await orSkip('manifests of Kubernetes are not looked at', () => provideKubectl(progress))
  const database = given
    ? { url: given, leave: async () => undefined }
    : await progress.step('Test database', () => joinTestDatabase(programs.database))
  // Whatever a test starts would believe the files before the addresses that the test gives it.
  const { DATABASE_URL_FILE: _database, REDIS_URL_FILE: _redis, ...own } = process.env
  const env = {
    ...own,
    TZ: 'UTC',
    // Most of what the processes of the tests do before their work is the same for all of them.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? path.join(dataFolder, 'compiled'),
    TEST_DATABASE_URL: database.url,
    REDIS_SERVER: programs.redis,
    NGINX_SERVER: programs.nginx,
    ...(named === undefined ? {} : { NAMED_NGINX: named }),
    ...(browser === undefined ? {} : { CHROMIUM: browser }),
    ...(monitoring === undefined ? {} : { PROMETHEUS: monitoring.prometheus, PROMTOOL: monitoring.promtool }),
    ...(compose === undefined ? {} : { DOCKER_COMPOSE: compose }),
    ...(kubectl === undefined ? {} : { KUBECTL: kubectl }),
    ...(python === undefined ? {} : { WSPROTO_PYTHON: python.program, WSPROTO_MODULES: python.env['PYTHONPATH'] }),
  }
  return { env, leave: database.leave }
}

/** A machine that has none and cannot fetch one skips the tests in a browser, except where nobody looks: CI. */
async function findBrowser(progress: Progress): Promise<string | undefined> {
  const given = process.env['CHROMIUM']
  if (given) return given
  return orSkip('tests in a browser are skipped', async () => {
    const browser = await provideBrowser(progress)
    if (browser !== undefined) return browser
    throw new Problem('No Chromium was found here: install it, or say in CHROMIUM where it is')
  })
}

function findPython(progress: Progress): Promise<Python | undefined> {
  return orSkip('tests with a WebSocket client in Python are skipped', () => provideWsproto(progress))
}

async function orSkip<T>(what: string, provide: () => Promise<T>): Promise<T | undefined> {
  try {
    return await provide()
  } catch (error) {
    if (process.env['CI'] || !(error instanceof Problem)) throw error
    process.stderr.write(`${error.message}; ${what}.\n`)
    return undefined
  }
}

/** Everything that is not named: the tests, or with `--proof` what takes minutes and stands in a folder of its own. */
function filesOf(args: readonly string[]): readonly string[] {
  const isProof = args[0] === '--proof'
  const named = isProof ? args.slice(1) : args
  if (named.length > 0) return named
  return [isProof ? 'proof/**/*.test.ts' : 'test/**/*.test.ts']
}

/** The last line is the count alone; it is read off the test runner's own summary. */
async function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const tally = new Tally()
  const ava = path.join(projectFolder, 'node_modules', 'ava', 'entrypoints', 'cli.js')
  const code = await runForeground(process.execPath, [ava, ...args], { env, onText: (text) => tally.read(text) })
  const result = tally.result(code)
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : ''
  process.stdout.write(`${result.passed} passed, ${result.failed} failed${skipped}\n`)
  return result.failed > 0 || result.passed === 0 ? code || 1 : code
}

function runCommand(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [command, ...args] = words
  if (command === undefined) throw new Problem('Say which command to run: npm test -- --shell -- CMD …')
  return runForeground(command, args, { env })
}

await runTool(main)
