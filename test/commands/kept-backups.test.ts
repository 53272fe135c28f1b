import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { check, freshWorld, restore } from './backup-site.ts'
import { run } from './commands.ts'
import { keptFolder } from './keep-backup.ts'
import { seenOf } from './kept-site.ts'
import type { Seen } from './kept-site.ts'

/** Backups that earlier versions took, on MariaDB and on MySQL, are restored by this one, on whichever of the two it runs. */

const names = readdirSync(keptFolder).filter((name) => !name.endsWith('.json'))

test('there is one of each kind of database', (t) => {
  for (const kind of ['mariadb', 'mysql'])
    t.true(
      names.some((name) => name.startsWith(`${kind}-`)),
      kind,
    )
})

for (const name of names) {
  test.serial(
    `a backup of ${name} is whole, and becomes an installation in which people find what they had`,
    async (t) => {
      t.timeout(120_000)
      const folder = path.join(keptFolder, name)
      t.is((await check(folder)).code, 0)
      const world = await freshWorld(t)

      const { code, said } = await restore(world, folder)

      t.is(code, 0, said)
      const before = JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as Seen
      t.true(
        before.feed.length >= 3 &&
          before.rooms.some(({ receipt, said: words }) => receipt !== '' && words.length === 2),
      )
      t.deepEqual(await seenOf(world), before)
      const closed = before.rooms.filter(({ receipt }) => receipt !== '')
      for (const { receipt, transcript } of closed) {
        t.is(await verify(t, [receipt, transcript, JSON.stringify(before.keys)]), 0)
      }
    },
  )
}

/** As somebody who has saved the papers. */
async function verify(t: ExecutionContext, papers: readonly string[]): Promise<number | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-papers-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = papers.map((text, index) => {
    const file = path.join(folder, String(index))
    writeFileSync(file, text)
    return file
  })
  return (await run('verify', files, {})).code
}
