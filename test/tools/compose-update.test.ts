import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import { readCompose } from '../support/compose.ts'
import { runUpdate, updateScript } from '../support/docker.ts'
import type { Docker, DockerAnswer } from '../support/docker.ts'

/** How a site of compose comes to another version: deploy/compose/update as it is shipped. What people notice of it is in test/journeys/rolling.test.ts. */

const program = process.env['DOCKER_COMPOSE']
const withCompose = program === undefined ? test.skip : test
const { services } = readCompose()

/** Runs it, with what `docker` answers to some of its words; the others go well. Answers each command that it gave, and how it ended. */
async function update(
  answerTo: (words: string) => DockerAnswer | undefined = () => undefined,
  env: Readonly<Record<string, string>> = {},
) {
  const given: string[] = []
  const docker: Docker = (words) => {
    given.push(words.join(' '))
    return answerTo(words.join(' ')) ?? {}
  }
  return { ...(await runUpdate(docker, env)), given }
}

type Updated = Awaited<ReturnType<typeof update>>
let plain: Updated
let withMore: Updated
let watched: Updated
const asksForMonitoring = 'compose --profile monitoring ps --quiet prometheus grafana'
test.before('three sites are updated', async () => {
  ;[plain, withMore, watched] = await Promise.all([
    update(),
    update((words) => (words === 'compose ps --quiet more-servers' ? { output: '4f\n5a\n6b\n' } : undefined)),
    update((words) => (words === asksForMonitoring ? { output: '7c\n' } : undefined)),
  ])
})

/** What is brought up, and in which order. */
const replaced = (given: readonly string[]): (string | undefined)[] =>
  given.filter((words) => words.startsWith('compose up ')).map((words) => words.split(' ').at(-1))

test('an update builds, changes the tables, and then replaces one after the other: workers, each server, Nginx', (t) => {
  const { code, given, output } = plain

  t.is(code, 0, output)
  t.is(given[0], 'compose build migrate nginx')
  t.regex(given[1] ?? '', /^compose run --rm --no-deps .* migrate$/)
  t.deepEqual(replaced(given), ['worker', 'server-1', 'server-2', 'nginx'])
  t.regex(output, /The site runs the version that lies here\.\n$/)
})

test('a backup that is under way is waited for: as long as on a cluster, or as is said', async (t) => {
  const { given } = await update(undefined, { MIGRATE_WAIT_SECONDS: '5' })
  const job = readFileSync(path.join(projectFolder, 'deploy/kubernetes/base/migrate.yaml'), 'utf8')
  const [, onCluster] = /MIGRATE_WAIT_SECONDS, value: '(\d+)'/.exec(job) ?? []

  t.truthy(onCluster)
  t.true(plain.given[1]?.includes(` --env MIGRATE_WAIT_SECONDS=${onCluster} `), plain.given[1])
  t.true(given[1]?.includes(' --env MIGRATE_WAIT_SECONDS=5 '), given[1])
})

test('it waits until each is well, and leaves alone what that one stands on', (t) => {
  for (const words of plain.given.filter((one) => one.startsWith('compose up ')))
    t.regex(words, /^compose up -d --no-deps --wait --wait-timeout \d+ /)
  t.notRegex(plain.given.join('\n'), /mysql|redis/)
})

test('servers beyond two are replaced as well, as many as there are', (t) => {
  const { code, given } = withMore

  t.is(code, 0)
  t.deepEqual(replaced(given), ['worker', 'server-1', 'server-2', 'more-servers', 'nginx'])
  t.true(
    given.some((words) => words.endsWith(' --scale more-servers=3 more-servers')),
    given.join('\n'),
  )
})

test('monitoring is made anew where it runs, since its files are mounted, and is not begun where it does not', (t) => {
  const mounted = (['prometheus', 'grafana'] as const).map((name) => services[name]?.volumes ?? [])
  t.true(mounted.every((volumes) => JSON.stringify(volumes).includes('./deploy/monitoring/')))

  t.is(watched.code, 0, watched.output)
  t.regex(
    watched.given.at(-1) ?? '',
    /^compose --profile monitoring up -d --no-deps .*--force-recreate prometheus grafana$/,
  )
  t.regex(watched.output, /The site runs the version that lies here\.\n$/)
  t.is(plain.given.at(-1), asksForMonitoring)
})

test('everything that lasts and is built here is replaced, and Nginx also when only its configuration has changed', (t) => {
  const { given } = withMore

  const images = new Set(Object.values(services).flatMap(({ build, image }) => (build === undefined ? [] : [image])))
  const lasting = Object.entries(services).filter(([, { image, restart }]) => images.has(image) && restart !== 'no')
  t.deepEqual(replaced(given).toSorted(), lasting.map(([name]) => name).toSorted())
  t.true(
    given.some((words) => / --force-recreate --timeout \d+ nginx$/.test(words)),
    given.join('\n'),
  )
  const [, , ...built] = given[0]?.split(' ') ?? []
  t.deepEqual(built.map((name) => services[name]?.image).toSorted(), [...images].toSorted())
})

for (const [failing, doing, sofar] of [
  ['compose build', 'building the images', []],
  ['compose run', 'changing the tables, under the servers and workers that run', []],
  ['compose up', 'replacing the workers', ['worker']],
  ['compose ps', 'looking for servers beyond two', ['worker', 'server-1', 'server-2']],
] as const) {
  test(`what fails at ${failing} ends it there, says where, and leaves the rest as it was`, async (t) => {
    const { code, given, output } = await update((words) => (words.startsWith(failing) ? { code: 3 } : undefined))

    t.is(code, 3)
    t.true(given.at(-1)?.startsWith(failing), given.join('\n'))
    t.deepEqual(replaced(given), [...sofar])
    t.true(output.includes(`The update stopped at: ${doing}.`), output)
    t.notRegex(output, /The site runs/)
  })
}

withCompose('Compose knows every option that it uses', async (t) => {
  const used = new Set(
    [...withMore.given, ...watched.given].flatMap((words) => {
      const [command = '', ...rest] = words.replace(/^compose (--profile monitoring )?/, '').split(' ')
      return rest.filter((word) => word.startsWith('-')).map((option) => `${command} ${option}`)
    }),
  )
  t.true(used.size >= 8)
  t.regex((await ask(program ?? '', ['--help'])).output, /^ +--profile /m)
  for (const one of used) {
    const [command = '', option = ''] = one.split(' ')
    const { output } = await ask(program ?? '', [command, '--help'])
    t.regex(output, new RegExp(`^ +(-\\w, )?${option}(?![\\w-])`, 'm'), one)
  }
})

test('the page on upgrading says so in one line, and names nothing that would stop everything at once', (t) => {
  const page = readFileSync(path.join(projectFolder, 'docs/upgrading.md'), 'utf8')
  const [, commands = ''] = /^## In short\n[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(page) ?? []
  const lines = commands.split('\n').map((line) => line.replace(/ +#.*$/, ''))

  t.true(lines.includes(path.relative(projectFolder, updateScript)), commands)
  t.true(lines.findIndex((line) => line.startsWith('git pull')) < lines.indexOf('deploy/compose/update'))
  t.notRegex(commands, /docker compose up/)
})
