import { cp, link, mkdir, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { readManifest } from '../../src/commands/backup/manifest.ts'
import {
  backUp,
  check,
  fileOf,
  firstPicture,
  flip,
  folderOf,
  freshWorld,
  installationWithFiles as installation,
  restore,
  restored,
  secondPicture,
  stateOf,
  takenBackup,
  transcriptIn,
} from './backup-site.ts'

/** Pictures and transcripts that a disk has damaged: in the backup that the next one follows, and in the one that is restored. */

const first = firstPicture
const second = secondPicture

test.serial(
  'what is damaged in an earlier backup is copied anew and named; the next one is whole, and ends with 4',
  async (t) => {
    const world = await installation(t)
    const earlier = await takenBackup(t, world)
    const transcript = await transcriptIn(earlier)
    await flip(path.join(earlier, fileOf(first)), 3)
    await truncate(path.join(earlier, fileOf(first, 'thumb.webp')), 2)
    await flip(path.join(earlier, transcript), 10)
    const next = path.join(await folderOf(t), 'next')

    const { code, said } = await backUp(world, next, '--after', earlier)

    t.is(code, 4, said)
    for (const file of [fileOf(first), fileOf(first, 'thumb.webp'), transcript]) {
      t.true(said.includes(`DAMAGED  ${path.join(earlier, file)}\n`), said)
    }
    t.regex(said, /\n3 files are damaged in the earlier backup/)
    t.is((await check(earlier)).code, 1)
    const checked = await check(next)
    t.is(checked.code, 0, checked.said)
    const third = path.join(await folderOf(t), 'third')
    t.is((await backUp(world, third, '--after', next)).code, 0)
    const two = await restored(t, next)
    t.is(
      await readFile(path.join(two.world.config.MEDIA_FOLDER, 'public/ab', `${first}.full.jpg`), 'utf8'),
      `full.jpg of ${first}`,
    )
  },
)

test.serial('what is damaged in an earlier backup and gone from the installation is missing', async (t) => {
  const world = await installation(t)
  const earlier = await takenBackup(t, world)
  await flip(path.join(earlier, fileOf(second)), 3)
  await rm(path.join(world.config.MEDIA_FOLDER, 'public/cd', `${second}.full.jpg`))
  const next = path.join(await folderOf(t), 'next')

  const { code, said } = await backUp(world, next, '--after', earlier)

  t.is(code, 3)
  t.regex(said, /\nMISSING {2}cd_picture_of_22_chars\n/)
  t.is((await check(next)).code, 0)
})

test.serial(
  'what the installation no longer has is in the next backup nevertheless, which names it and ends with 3',
  async (t) => {
    const world = await installation(t)
    const earlier = await takenBackup(t, world)
    const transcript = path.basename(await transcriptIn(earlier))
    await rm(path.join(world.config.MEDIA_FOLDER, 'public/ab', `${first}.thumb.webp`))
    await rm(path.join(world.config.TRANSCRIPTS_FOLDER, transcript))
    const next = path.join(await folderOf(t), 'next')

    const { code, said } = await backUp(world, next, '--after', earlier)

    t.is(code, 3, said)
    t.deepEqual(
      said.match(/^GONE HERE .*$/gm)?.toSorted(),
      [`GONE HERE  ${first}`, `GONE HERE  ${transcript}`].toSorted(),
    )
    t.regex(said, /\n2 of them this backup has from the earlier one alone/)
    t.notRegex(said, /MISSING|DAMAGED/)
    const two = await restored(t, next)
    t.deepEqual(await stateOf(two.world), { [first]: 'ready', [second]: 'ready' })
    t.true((await readdir(two.world.config.TRANSCRIPTS_FOLDER)).includes(transcript))
  },
)

test.serial(
  'a transcript that is damaged wherever it is looked for is missing, and leaves nothing behind',
  async (t) => {
    const world = await installation(t)
    const earlier = await takenBackup(t, world)
    const transcript = await transcriptIn(earlier)
    await flip(path.join(earlier, transcript), 10)
    await flip(path.join(world.config.TRANSCRIPTS_FOLDER, path.basename(transcript)), 10)
    const next = path.join(await folderOf(t), 'next')

    const { code, said } = await backUp(world, next, '--after', earlier)

    t.is(code, 3, said)
    t.true(said.includes(`MISSING  ${path.basename(transcript)}\n`), said)
    t.deepEqual(
      (await readdir(path.join(next, 'transcripts'))).filter((name) => name.endsWith('.ndjson')),
      [],
    )
  },
)

test.serial('a picture that was rendered while it was copied is not taken for one that is gone', async (t) => {
  const world = await installation(t)
  const earlier = await takenBackup(t, world)
  await world.sql('media').where({ name: first }).update({ state: 'processing', has_original: 1 })

  const { code, said } = await backUp(world, path.join(await folderOf(t), 'next'), '--after', earlier)

  t.is(code, 0, said)
})

test.serial(
  'a link that a broken-off backup has left is not believed without the backup that it leads to',
  async (t) => {
    const world = await installation(t)
    const earlier = await takenBackup(t, world)
    await flip(path.join(earlier, fileOf(first)), 3)
    const next = await folderOf(t)
    await mkdir(path.join(next, '.writing'))
    await mkdir(path.dirname(path.join(next, fileOf(first))), { recursive: true })
    await link(path.join(earlier, fileOf(first)), path.join(next, fileOf(first)))

    const { code, said } = await backUp(world, next)

    t.is(code, 0, said)
    t.is(await readFile(path.join(next, fileOf(first)), 'utf8'), `full.jpg of ${first}`)
  },
)

test.serial('a backup with damaged pictures and transcripts is restored without them where that is said', async (t) => {
  const folder = await takenBackup(t, await installation(t))
  const transcript = await transcriptIn(folder)
  await flip(path.join(folder, fileOf(first)), 3)
  await rm(path.join(folder, transcript))
  const world = await freshWorld(t)

  const refused = await restore(world, folder)
  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(refused.code, 1)
  t.regex(refused.said, /full\.jpg is not what was written[\s\S]*Its rows are whole: .*--without-damaged/)
  t.is(code, 3, said)
  t.true(said.includes(`LOST  ${fileOf(first)}\n`) && said.includes(`WRITTEN ANEW  ${transcript}\n`), said)
  t.deepEqual(await stateOf(world), { [first]: 'failed', [second]: 'ready' })
  t.is(
    await readFile(path.join(world.config.MEDIA_FOLDER, 'public/cd', `${second}.full.jpg`), 'utf8'),
    `full.jpg of ${second}`,
  )
  const next = await takenBackup(t, world)
  t.is(await transcriptIn(next), transcript)
})

test.serial('a room whose transcripts are damaged in a backup has them anew after a restore', async (t) => {
  const folder = await takenBackup(t, await installation(t))
  const transcripts = (await readdir(path.join(folder, 'transcripts'))).map((name) => `transcripts/${name}`)
  for (const one of transcripts) await flip(path.join(folder, one), 10)
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(code, 0, said)
  t.is(transcripts.length, 2)
  for (const one of transcripts) t.true(said.includes(`WRITTEN ANEW  ${one}\n`), said)
  t.deepEqual(
    (await readdir(path.join(await takenBackup(t, world), 'transcripts'))).map((name) => `transcripts/${name}`),
    transcripts,
  )
})

test.serial('a transcript that its rows do not make again is lost by a restore, and wanted no more', async (t) => {
  const source = await installation(t)
  // Names stand in transcripts, and never change but behind our back.
  await source.sql('accounts').update({ username: 'alison' })
  const folder = await takenBackup(t, source)
  const transcript = await transcriptIn(folder)
  await rm(path.join(folder, transcript))
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(code, 3, said)
  t.true(said.includes(`LOST  ${transcript}\n`), said)
  t.notRegex(said, /WRITTEN ANEW/)
  t.deepEqual(await world.sql('end_room').select('transcript_ndjson'), [{ transcript_ndjson: null }])
  const next = await readdir(path.join(await takenBackup(t, world), 'transcripts'))
  t.deepEqual(
    next.map((name) => path.extname(name)),
    ['.html'],
    'the page is there',
  )
})

test.serial('what is damaged in a backup is not lost where the storage of the pictures still has it', async (t) => {
  const source = await installation(t)
  const folder = await takenBackup(t, source)
  await flip(path.join(folder, fileOf(first)), 3)
  const world = await freshWorld(t)
  await cp(source.config.MEDIA_FOLDER, world.config.MEDIA_FOLDER, { recursive: true })
  const { installation: name } = (await readManifest(folder)).pictures
  await writeFile(
    path.join(world.config.MEDIA_FOLDER, 'madang.json'),
    JSON.stringify({ installation: name, sweeps: 0 }),
  )

  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(code, 0, said)
  t.deepEqual(await stateOf(world), { [first]: 'ready', [second]: 'ready' })
})

test.serial('a file that its disk cannot read is damaged like one with other bytes', async (t) => {
  const folder = await takenBackup(t, await installation(t))
  await rm(path.join(folder, fileOf(first)))
  await symlink('/proc/self/mem', path.join(folder, fileOf(first)))

  const { code, said } = await check(folder)

  t.is(code, 1)
  t.regex(said, /\nWRONG {2}\S+full\.jpg is missing, or cannot be read\nThe backup is damaged\. Its rows are whole/)
})

test.serial('rows that are damaged are never done without', async (t) => {
  const folder = await takenBackup(t, await installation(t))
  await truncate(path.join(folder, 'database/likes.rows.gz'), 5)
  await flip(path.join(folder, fileOf(first)), 3)
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(code, 1)
  t.regex(said, /likes\.rows\.gz is not what was written/)
  t.notRegex(said, /--without-damaged/)
})
