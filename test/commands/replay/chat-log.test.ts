import test from 'ava'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readChatLog } from '../../../src/commands/replay/chat-log.ts'

let folder: string
test.before('a folder', async () => {
  folder = await mkdtemp(join(tmpdir(), 'madang-log-'))
})
test.after.always('is thrown away', () => rm(folder, { recursive: true, force: true }))

async function logOf(name: string, text: string) {
  const file = join(folder, name)
  await writeFile(file, text)
  return readChatLog(file)
}

test('what people say and do is read, what the room says is passed over', async (t) => {
  const log = await logOf(
    'day.txt',
    [
      '=== alice [n=a@example.org]  has joined #yard',
      '[09:00] <alice> hello <bob>, "quotes" | bars',
      '[09:00]  * bob waves',
      '=== mode/#yard [+o alice]  by keeper',
      '[09:01] <[zero]>   안녕 😀  ',
      '[09:01] <bob> ',
      '',
    ].join('\n'),
  )

  t.deepEqual(log.lines, [
    { speaker: 'alice', text: 'hello <bob>, "quotes" | bars' },
    { speaker: 'bob', text: '* waves' },
    { speaker: '[zero]', text: '안녕 😀' },
  ])
  t.deepEqual(log.speakers, ['alice', 'bob', '[zero]'])
  t.is(log.name, 'day')
})

test('a table of questions and answers is a conversation of two', async (t) => {
  const log = await logOf('pairs.csv', 'Q,A,label\n누구?,"하늘, ""바다"", 산",0\r\n응,"두\n줄",1\n')

  t.deepEqual(
    log.lines.map(({ speaker, text }) => `${speaker}: ${text}`),
    ['Q: 누구?', 'A: 하늘, "바다", 산', 'Q: 응', 'A: 두\n줄'],
  )
})

test('text is brought to NFC, since that is what a message must be', async (t) => {
  const log = await logOf('nfd.txt', `[09:00] <alice> ${'가각'.normalize('NFD')}`)

  t.is(log.lines[0]?.text, '가각')
})

test('colours of old chats and carriage returns are left out, since no message may carry them', async (t) => {
  const coloured = await logOf('colours.txt', '[09:00] <alice> \u00034red\u0003 and\t\u0002bold\u0002\r\n')
  const table = await logOf('table.csv', 'Q,A,label\r\n"one\r\ntwo",three,0\r\n')

  t.is(coloured.lines[0]?.text, '4red and\tbold')
  t.is(table.lines[0]?.text, 'one\ntwo')
})

test('a line of 4,096 bytes is one message; one byte more makes two, cut between characters', async (t) => {
  const longest = `${'가'.repeat(1365)}!`
  const whole = await logOf('longest.txt', `[09:00] <alice> ${longest}`)
  const cut = await logOf('longer.txt', `[09:00] <alice> ${longest}😀`)

  t.is(Buffer.byteLength(longest), 4096)
  t.deepEqual([whole.lines.length, whole.split], [1, 0])
  t.deepEqual([cut.lines.length, cut.split], [2, 1])
  t.is(cut.lines.map((line) => line.text).join(''), `${longest}😀`)
})

test('a file in which nobody says anything is refused', async (t) => {
  await t.throwsAsync(logOf('silent.txt', '=== alice has joined\n'), { message: /nobody says anything/ })
})
