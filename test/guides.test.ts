import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { composeCommands, npmScripts } from './support/typed-commands.ts'
import { readCompose } from './support/compose.ts'

/** What somebody types who has only the guides is there: scripts, services, volumes, commands, words of the pages. */

const root = path.join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

// What was once is told by the changelog.
const guides = globSync(['*.md', 'docs/*.md', 'bench/*.md'], { cwd: root }).filter((file) => file !== 'CHANGELOG.md')
const configurations = ['docker-compose.yml', ...globSync('deploy/compose/*.yml', { cwd: root }), 'Dockerfile']
const typed = [...guides, ...configurations].map((file) => ({ file, text: read(file) }))
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
const compose = readCompose()

test('every npm script that a guide names is one', (t) => {
  const named = typed.flatMap(({ file, text }) => npmScripts(text).map((name) => ({ file, name })))

  t.true(named.length > 50, String(named.length))
  t.deepEqual(
    named.filter(({ name }) => !(name in scripts)),
    [],
  )
})

test('every file that a guide has run by node is there', (t) => {
  const named = typed.flatMap(({ file, text }) =>
    [...text.matchAll(/\bnode ((?:tools|src|workers|test|proof|bench|web)\/[\w./-]+\.m?[jt]s)/g)].map(
      ([, script = '']) => ({
        file,
        script,
      }),
    ),
  )

  t.true(named.length >= 5, String(named.length))
  t.deepEqual(
    named.filter(({ script }) => script !== 'src/commands/NAME.ts' && !existsSync(path.join(root, script))),
    [],
  )
})

test('every npm script is in the table of the README, or in that for contributors', (t) => {
  const tables = ['README.md', 'CONTRIBUTING.md'].map(read).join('\n')
  const rows = tables.split('\n').filter((line) => line.startsWith('| `npm '))
  const told = rows.flatMap((row) => [...row.matchAll(/`(?:npm (?:run )?)?([\w:-]+)/g)].map(([, name = '']) => name))

  t.deepEqual(
    Object.keys(scripts).filter((name) => !told.includes(name)),
    [],
  )
})

test('the README names the commands that take a stack by its folder, and no other', (t) => {
  const row =
    read('README.md')
      .split('\n')
      .find((line) => line.startsWith('| `npm run seed -- --data FOLDER')) ?? ''
  const [, others = ''] = /so do ([^.]*)\./.exec(row) ?? []
  const told = ['seed', ...[...others.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)]
  const takeIt = Object.entries(scripts).flatMap(([name, line]) => {
    const [, tool = ''] = /launcher\.mjs (\S+)/.exec(line) ?? []
    return tool !== '' && /'--data'|data: \{ type: 'string' \}/.test(read(tool)) ? [name] : []
  })

  // One needs no stack, the other starts it.
  t.deepEqual(told.toSorted(), takeIt.filter((name) => name !== 'verify' && name !== 'start').toSorted())
})

const commands = typed.flatMap(({ file, text }) => composeCommands(text).map((command) => ({ file, ...command })))

test('every service that is typed is one of compose, by a subcommand that there is', (t) => {
  t.true(commands.length > 15, String(commands.length))
  const subcommands = [
    'build',
    'config',
    'kill',
    'logs',
    'ps',
    'rm',
    'run',
    'stop',
    'up',
    'exec',
    'down',
    'restart',
    'pull',
    'start',
  ]
  for (const { file, line, subcommand, services } of commands) {
    t.true(subcommands.includes(subcommand), `${file}: ${line}`)
    for (const name of services) t.true(name in compose.services, `${file}: ${line}: ${name}`)
  }
})

test('a command that is typed into a container is there, and may do there what it does', (t) => {
  const run = commands.filter(({ program }) => program !== undefined)
  t.true(run.length >= 5, String(run.length))
  for (const { file, line, services, program = '', args } of run) {
    t.true(program === 'src/commands/NAME.ts' || existsSync(path.join(root, program)), `${file}: ${line}`)
    // By the account that has the lock, whichever that is.
    if (args.includes('unlock')) {
      t.true(['migrate', 'worker'].includes(services[0] ?? ''), `${file}: ${line}`)
      continue
    }
    const changesTables =
      /(migrate|restore)\.ts$/.test(program) && !['--check', 'status'].some((one) => args.includes(one))
    const mayChangeThem = compose.services[services[0] ?? '']?.secrets?.includes('database_owner_url') ?? false
    t.is(mayChangeThem, changesTables, `${file}: ${line}`)
  }
})

test('a volume that is typed is one of compose', (t) => {
  const [, project = ''] = /^name: (\w+)$/m.exec(read('docker-compose.yml')) ?? []
  const volumes = typed.flatMap(({ text }) =>
    [...text.matchAll(/docker volume rm (?:--force )?([\w-]+)/g)].map(([, name = '']) => name),
  )

  t.true(volumes.length > 0)
  for (const name of volumes) {
    t.true(name.startsWith(`${project}_`) && name.slice(project.length + 1) in compose.volumes, name)
  }
})

test('a network that is typed is one of compose', (t) => {
  const [, project = ''] = /^name: (\w+)$/m.exec(read('docker-compose.yml')) ?? []
  const networks = typed.flatMap(({ text }) =>
    [...text.matchAll(/docker network inspect ([\w-]+)/g)].map(([, name = '']) => name),
  )

  t.true(networks.length > 0)
  for (const name of networks) {
    t.true(name.startsWith(`${project}_`) && name.slice(project.length + 1) in compose.networks, name)
  }
})

test('the folder of secrets is made before anything is put into it', (t) => {
  const maker = read('tools/make-secrets.ts')
  t.regex(maker, /existsSync\(folder\)\) throw/, 'it refuses one that is there')
  const [, first = ''] = /^## TLS and HTTP\/2\n[\s\S]*?^1\. (.*)$/m.exec(read('docs/nginx.md')) ?? []
  const [, second = ''] =
    /^## From nothing to a site\n[\s\S]*?^2\. ([\s\S]*?)^3\. /m.exec(read('docs/compose.md')) ?? []

  t.regex(
    first,
    /^Behind step 2 of \[compose\.md\]\(compose\.md#from-nothing-to-a-site\).*`mkdir -p secrets\/tls\/challenges`/,
  )
  t.regex(second, /docker run .* node tools\/make-secrets\.ts/)
})

test('every setting that compose reads from .env is in the guide of compose or of Nginx', (t) => {
  const files = configurations
    .filter((file) => file.endsWith('.yml'))
    .map(read)
    .join('\n')
  const names = new Set([...files.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))
  const told = ['docs/compose.md', 'docs/nginx.md', '.env.example'].map(read).join('\n')

  t.true(names.size > 20, String(names.size))
  t.deepEqual(
    [...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(told)),
    [],
  )
})

for (const [page, language] of [
  ['docs/members.md', 'en'],
  ['docs/members.ko.md', 'ko'],
] as const) {
  test(`what ${page} prints bold is a word of the web client`, (t) => {
    const words = globSync('web/src/**/*.{ts,tsx}', { cwd: root })
      .map(read)
      .filter((text) => text.includes('texts({'))
      .map((text) => {
        const korean = text.search(/^ {2}ko: \{/m)
        return language === 'en' ? text.slice(0, korean) : text.slice(korean)
      })
      .join('\n')
    const bold = [...read(page).matchAll(/\*\*([^*]+)\*\*/g)].map(([, label = '']) => label)

    t.true(bold.length >= 30, String(bold.length))
    t.deepEqual(
      bold.filter((label) => !words.includes(`'${label}'`)),
      [],
    )
  })
}
