import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { worldOf } from '../support/world.ts'

/** What must not be guessed, and what must not lie about. */

const root = path.join(import.meta.dirname, '..', '..')

const shapes: Record<string, RegExp> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}/,
  'the private half of a JWK': /"d"\s*:\s*"([A-Za-z0-9_-]{43})"/,
  'a key of AWS': /\bAKIA[0-9A-Z]{16}\b/,
  'a token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,})\b/,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b/,
  'a token of Slack': /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  'a key of Google': /\bAIza[0-9A-Za-z_-]{35}\b/,
  'a key of a payment service': /\b[rs]k_live_[0-9A-Za-z]{20,}/,
  'a JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  'a token key of ours': /\b[\w-]{1,32}:[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/,
  'a password in an address': /\b(?:mysql|rediss?):\/\/[\w.-]*:(?!PASSWORD|password|\$)([^\s@'"`]{12,})@/,
}

/** Known to everybody: the example key of RFC 8037, by which the receipts of tests are signed. */
const published = new Set(['nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'])

/** Signed to be shown: kept backups have some (test/commands/kept-backups). */
const isReceipt = (words: string): boolean =>
  words.startsWith('eyJ') && Buffer.from(words.split('.')[0] ?? '', 'base64url').includes('"typ":"madang-receipt"')

function secretsIn(text: string): string[] {
  return Object.entries(shapes).flatMap(([what, shape]) => {
    const all = [...text.matchAll(new RegExp(shape, 'g'))]
    const [found] = all.find(([words, inner = '']) => !published.has(inner) && !isReceipt(words)) ?? []
    return found === undefined ? [] : [`${what}: ${found.slice(0, 12)}…`]
  })
}

test('a secret that lies about is known for one', (t) => {
  const planted = [
    `-----BEGIN PRIVATE${' '}KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v`,
    `{"kty":"OKP","d":"${'x'.repeat(43)}"}`,
    `AKIA${'A'.repeat(16)}`,
    `ghp_${'a'.repeat(36)}`,
    `npm_${'a'.repeat(36)}`,
    `xoxb-${'1'.repeat(12)}`,
    `AIza${'a'.repeat(35)}`,
    `sk_live_${'a'.repeat(24)}`,
    `eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(20)}`,
    `TOKEN_KEYS=one:${'q'.repeat(43)}=`,
    `mysql://madang:${'p'.repeat(20)}@db/madang`,
  ]

  const receipt = `${Buffer.from('{"typ":"madang-receipt"}').toString('base64url')}.eyJ${'b'.repeat(12)}.${'c'.repeat(20)}`

  t.is(planted.length, Object.keys(shapes).length)
  for (const text of planted) t.is(secretsIn(`${receipt} ${text}`).length, 1, text)
  t.deepEqual(secretsIn(receipt), [])
})

test('no file of this project holds a secret', (t) => {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = listed.stdout
    .toString()
    .split('\0')
    .filter((file) => file !== '' && file !== 'package-lock.json')
  t.true(files.length > 500)

  const found = files.flatMap((file) => {
    const place = path.join(root, file)
    const status = statSync(place, { throwIfNoEntry: false })
    if (status === undefined || !status.isFile() || status.size > 2_000_000) return []
    return secretsIn(readFileSync(place, 'utf8')).map((what) => `${file}: ${what}`)
  })

  t.deepEqual(found, [])
})

test('neither the image nor its context holds data, secrets or history', (t) => {
  const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line)
  t.deepEqual(lines, [
    '*',
    '!package.json',
    '!package-lock.json',
    '!src',
    '!workers',
    '!tsconfig.json',
    '!web',
    'web/dist',
  ])
  const image = readFileSync(path.join(root, 'Dockerfile'), 'utf8')
  t.deepEqual(image.match(/^(?:ENV|ARG) .*(?:KEY|PASSWORD|SECRET|TOKEN|_URL).*$/gm), null)
})

const weak: [what: string, keys: string][] = [
  ['none', ''],
  ['a short one', `test:${Buffer.alloc(31, 'x1y2').toString('base64')}`],
  ['zeros', `test:${Buffer.alloc(32).toString('base64')}`],
  ['a sentence', `test:${Buffer.from('change me, change me, change me!!').toString('base64')}`],
  ['plain text', 'changeme'],
]

const world = worldOf(test)

for (const script of ['src/server.ts', 'workers/main.ts']) {
  test(`${script} does not start with a key that could be guessed, and does not say the key`, (t) => {
    t.timeout(120_000)
    for (const [what, keys] of script.startsWith('src') ? weak : weak.slice(-1)) {
      const env = { ...world().env, PATH: process.env['PATH'], TOKEN_KEYS: keys }
      const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
        cwd: root,
        encoding: 'utf8',
        timeout: 60_000,
        env,
      })
      t.is(status, 1, what)
      t.regex(stderr, /^(The configuration is not valid\.\n {2})?TOKEN_KEYS: /m, what)
      if (keys.length > 8) t.false(`${stdout}${stderr}`.includes(keys.slice(5)), what)
    }
  })
}
