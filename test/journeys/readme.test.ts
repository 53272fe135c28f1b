import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import sharp from 'sharp'
import { projectFolder } from '../../tools/paths.ts'
import { run } from '../commands/commands.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** "A first conversation" of the README, typed as it stands there: only the address is another one, and what never ends is ended. */

const readme = readFileSync(path.join(projectFolder, 'README.md'), 'utf8')
const walk = readme.slice(readme.indexOf('## A first conversation'), readme.indexOf('## The map'))
const blocks = [...walk.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)
const [signIn = '', openRoom = '', stream = '', post = '', picture = '', close = '', papers = ''] = blocks
const [, talk = ''] = /^```js\n([\s\S]*?)^```$/m.exec(walk) ?? []

const stack = stackOf(
  test,
  {},
  {
    prepare: async (world) => {
      const { code, said } = await run('seed', [], world.env)
      if (code !== 0) throw new Error(said)
    },
  },
)

const folder = mkdtempSync(path.join(tmpdir(), 'madang-readme-'))
test.after.always('the folder goes', () => rmSync(folder, { recursive: true }))

/** The Node of this run is the one that is typed. */
const home = { PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` }

/** What was set by what was typed before, as in one window. */
const set: Record<string, string> = {}
const kept = ['TOKEN', 'ROOM', 'PICTURE']

/** The functions and the address of the first block, without signing in. */
const functions = (): string =>
  signIn.slice(0, signIn.indexOf('TOKEN=$(')).replace(/^SITE=\S+/m, `SITE=${stack().address}`)

async function type(text: string): Promise<string> {
  const script = ['set -euo pipefail', functions(), text, ...kept.map((name) => `echo "${name}=\${${name}-}" >&3`)]
  const file = path.join(folder, 'typed.sh')
  const variables = path.join(folder, 'variables')
  writeFileSync(file, script.join('\n'))
  const options = { cwd: folder, env: { ...home, ...set } }
  const { stdout } = await promisify(execFile)('bash', ['-c', `bash typed.sh 3> ${variables}`], options)
  for (const line of readFileSync(variables, 'utf8').trim().split('\n')) {
    const [name = '', value = ''] = line.split(/=(.*)/)
    set[name] = value
  }
  return stdout
}

test.serial('there is a block for each step', (t) => {
  t.is(blocks.length, 7)
  t.regex(talk, /madang\.v1/)
})

test.serial('alice signs in, sees the rooms and opens one', async (t) => {
  await type(signIn.slice(signIn.indexOf('TOKEN=$(')))
  t.regex(set['TOKEN'] ?? '', /^[\w-]+\.[\w-]+\.[\w-]+$/)

  const said = await type(openRoom)

  t.regex(said, /"items":\[\{/)
  t.regex(set['ROOM'] ?? '', /^\d+$/)
})

test.serial('she talks in it', async (t) => {
  symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'))
  writeFileSync(path.join(folder, 'talk.mjs'), talk)
  const [, typed = ''] = /^\/\/ talk\.mjs {2}– {2}node talk\.mjs (.*)$/m.exec(talk) ?? []
  t.is(typed, '$SITE $TOKEN $ROOM')
  const talking = spawn(process.execPath, ['talk.mjs', stack().address, set['TOKEN'] ?? '', set['ROOM'] ?? ''], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  talking.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))

  await eventually(() => said.includes('"type":"ack"'))

  t.regex(said, /^\{"type":"hello"/)
  t.true((await type('ask $SITE/v1/rooms/$ROOM/messages')).includes('안녕하세요'))
  talking.kill()
  await once(talking, 'close')
})

test.serial('a stream tells of what she posts, and a post has a picture', async (t) => {
  const listening = spawn('bash', ['-c', `${functions()}\nexec ${stream.replace(/^ask /, `${ask()} `)}`], {
    cwd: folder,
    env: { ...home, ...set },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let heard = ''
  listening.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  await eventually(() => heard !== '')

  const posted = JSON.parse(await type(post)) as { id: string }
  await eventually(() => heard.includes('post.created') && heard.includes(`"${posted.id}"`))
  listening.kill()
  await once(listening, 'close')

  await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
    .jpeg()
    .toFile(path.join(folder, 'photo.jpg'))
  const shown = JSON.parse(await type(picture)) as { pictures: { alt: string }[] }
  t.like(shown.pictures, [{ alt: 'The courtyard in the morning' }])
})

/** The function is a command there: `exec` takes no functions, and without it the signal would end the shell alone. */
const ask = (): string => /^ask\(\) \{ (.*) "\$@"; \}$/m.exec(signIn)?.[1] ?? ''

test.serial('she closes the room, and its receipt is checked without the server', async (t) => {
  t.regex(await type(close), /"lastSeq":\d+/)
  const again = close.split('\n').find((line) => line.includes('/closing')) ?? ''
  await eventually(async () => (await type(again)).includes('"state":"sealed"'))

  const [fetched = '', verify = ''] = papers.split('npm run verify -- ')
  await type(fetched)
  const { code, said } = await run(
    'verify',
    verify
      .trim()
      .split(' ')
      .map((file) => path.join(folder, file)),
    {},
  )

  t.is(code, 0, said)
})
