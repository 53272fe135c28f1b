import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { putPicture } from './backup-site.ts'
import path from 'node:path'
import test from 'ava'
import { aside } from '../../src/commands/backup/written-file.ts'
import { projectFolder } from '../../tools/paths.ts'
import { ask } from '../../tools/services/shell.ts'
import type { Answer } from '../../tools/services/shell.ts'
import { worldOf } from '../support/world.ts'
import { check, flip, folderOf } from './backup-site.ts'

/** What the CronJob of deploy/kubernetes runs each night, as its container runs it. */

const world = worldOf(test)
const script = path.join(projectFolder, 'deploy', 'kubernetes', 'components', 'backup', 'nightly.sh')
const picture = 'ab_picture_of_22_chars'
const isName = /^\d{4}-\d\d-\d\dT\d{6}Z$/

test.serial.before('there is somebody, with a picture', async (t) => {
  t.timeout(120_000)
  await world().sql('accounts').insert({ username: 'alice', display_name: 'Alice', password: 'x' })
  await putPicture(world(), picture)
})

function night(folder: string, kept = '14'): Promise<Answer> {
  const node = path.dirname(process.execPath)
  const env = { ...world().env, PATH: `${node}:${process.env['PATH']}`, BACKUPS_FOLDER: folder, BACKUPS_KEPT: kept }
  return ask('sh', [script], { cwd: projectFolder, env })
}

/** As it is called after some days. */
async function ofBefore(folder: string, name: string): Promise<void> {
  const [latest = ''] = (await readdir(folder)).toSorted().toReversed()
  await rename(path.join(folder, latest), path.join(folder, name))
}

test.serial(
  'each night has a whole backup of its own, which shares what has not changed, and the oldest go',
  async (t) => {
    const folder = await folderOf(t)
    for (const name of ['2026-01-01T031700Z', '2026-01-02T031700Z']) {
      const { code, output } = await night(folder, '2')
      t.is(code, 0, output)
      await ofBefore(folder, name)
    }

    const { code, output } = await night(folder, '2')

    t.is(code, 0, output)
    const [second = '', third = '', ...others] = (await readdir(folder)).toSorted()
    t.deepEqual([second, others], ['2026-01-02T031700Z', []])
    t.regex(third, isName)
    t.regex(output, /2026-01-01T031700Z goes: the last 2 stay/)
    for (const one of [second, third]) {
      const whole = await check(path.join(folder, one))
      t.is(whole.code, 0, whole.said)
    }
    const inode = async (one: string): Promise<number> =>
      (await stat(path.join(folder, one, `pictures/public/ab/${picture}.full.jpg`))).ino
    t.is(await inode(third), await inode(second), 'one file under two names')
  },
)

test.serial('one that was broken off is gone on with, and only then there is another', async (t) => {
  const folder = await folderOf(t)
  t.is((await night(folder)).code, 0)
  await ofBefore(folder, '2026-01-01T031700Z')
  await mkdir(path.join(folder, '2026-01-02T031700Z', aside), { recursive: true })
  await mkdir(path.join(folder, '2025-12-31T031700Z.going'))

  const { code, output } = await night(folder)

  t.is(code, 0, output)
  t.deepEqual((await readdir(folder)).toSorted(), ['2026-01-01T031700Z', '2026-01-02T031700Z'])
  t.is((await check(path.join(folder, '2026-01-02T031700Z'))).code, 0)
})

test.serial(
  'one that finds the one before it damaged is whole and ends with 4, none goes that night, and the next is well',
  async (t) => {
    const folder = await folderOf(t)
    const names = ['2026-01-01T031700Z', '2026-01-02T031700Z']
    for (const name of names) {
      t.is((await night(folder)).code, 0)
      await ofBefore(folder, name)
    }
    await flip(path.join(folder, names[1] ?? '', `pictures/public/ab/${picture}.full.jpg`), 3)

    const { code, output } = await night(folder, '1')

    t.is(code, 4, output)
    t.regex(output, /DAMAGED .*full\.jpg/)
    const [first, second, third = ''] = (await readdir(folder)).toSorted()
    t.deepEqual([first, second], names)
    t.is((await check(path.join(folder, third))).code, 0)
    await ofBefore(folder, '2026-01-03T031700Z')
    const next = await night(folder, '1')
    t.is(next.code, 0, next.output)
    t.is((await readdir(folder)).length, 1)
  },
)

test.serial('a backup that lacks files ends with 3, and no older one goes for it', async (t) => {
  const folder = await folderOf(t)
  t.is((await night(folder)).code, 0)
  await ofBefore(folder, '2026-01-01T031700Z')
  const shard = await putPicture(world(), 'cd_picture_of_22_chars')
  await rm(path.join(shard, 'cd_picture_of_22_chars.full.jpg'))

  const { code, output } = await night(folder, '1')

  t.is(code, 3, output)
  t.regex(output, /MISSING .*cd_picture_of_22_chars/)
  t.is((await readdir(folder)).length, 2)
})

for (const kept of ['', '0', '-1', 'all', '007']) {
  test.serial(`to keep ${JSON.stringify(kept)} is refused before anything is done`, async (t) => {
    const folder = await folderOf(t)

    const { code, output } = await night(folder, kept)

    t.is(code, 2)
    t.regex(output, /BACKUPS_KEPT=.*: give how many backups stay, 1 or more/)
    t.deepEqual(await readdir(folder), [])
  })
}
