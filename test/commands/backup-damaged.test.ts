import { cp, link, mkdir, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { Earlier } from '../../src/commands/backup/earlier.ts'
import { FileList } from '../../src/commands/backup/file-list.ts'
import { readManifest } from '../../src/commands/backup/manifest.ts'
import { copyTranscripts } from '../../src/commands/backup/transcripts.ts'
import {
  backUp,
  check,
  copyOf,
  fileOf,
  findMissing,
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
    t.regex(
      said,
      /\n3 files are damaged in the earlier backup, and in those that share them\. This one has them anew\.\n/,
    )
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
    t.regex(said, /\n2 files this backup has from the earlier one alone: this installation no longer has them\.\n/)
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

test.serial(
  'a transcript that cannot be read ends no backup, and is named with what the system says of it',
  async (t) => {
    const world = await installation(t)
    const earlier = await takenBackup(t, world)
    const transcript = path.basename(await transcriptIn(earlier))
    const file = path.join(world.config.TRANSCRIPTS_FOLDER, transcript)
    // A loop is not to be found, and what is at the beginning of a process' memory not to be read, as on a disk with a fault.
    for (const [target, code] of [
      [transcript, 'ELOOP'],
      ['/proc/self/mem', 'EIO'],
    ] as const) {
      await rm(file)
      await symlink(target, file)
      const alone = path.join(await folderOf(t), 'alone')
      const after = path.join(await folderOf(t), 'after')

      const ended = await backUp(world, alone)
      const next = await backUp(world, after, '--after', earlier)

      t.is(ended.code, 3, ended.said)
      t.true(
        ended.said.includes(
          `\nUNREADABLE  ${transcript} (${code})\n1 file cannot be read where this installation keeps it: `,
        ),
        ended.said,
      )
      t.true(ended.said.includes(`\nMISSING  ${transcript}\n`), ended.said)
      t.is((await check(alone)).code, 0)
      t.notRegex(next.said, /MISSING|GONE HERE|DAMAGED/)
      t.is((await readManifest(after)).transcripts.files, 2)
      if (code === 'EIO') continue
      t.is(next.code, 3, next.said)
      t.true(next.said.includes(`\nUNREADABLE  ${transcript} (${code})\n`), next.said)
    }
  },
)

test.serial('a transcript that goes away before its first byte is read is gone, and not one to be read', async (t) => {
  const world = await installation(t)
  const earlier = await Earlier.open(await takenBackup(t, world))
  const from = world.config.TRANSCRIPTS_FOLDER
  const name = path.basename(await transcriptIn(await takenBackup(t, world)))
  const folder = await folderOf(t)
  const said: string[] = []
  // Asked for between the look at the file and the first read of it.
  const take = async (): Promise<boolean> => {
    await rm(path.join(from, name))
    return false
  }
  const copying = {
    ...{ folder, earlier: Object.assign(Object.create(earlier) as Earlier, { take }), onFile: () => undefined },
    ...{ onDamaged: (file: string) => said.push(file), onGoneHere: (file: string) => said.push(file) },
    onUnreadable: (file: string, code: string) => said.push(`${file} ${code}`),
  }
  async function* names(): AsyncGenerator<string[]> {
    yield [name]
  }

  const copied = await copyTranscripts(names(), { from, list: new FileList(folder), copying })

  t.deepEqual([copied, said], [{ files: 0, missing: [name] }, []])
})

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

test.serial(
  'a backup with damaged files is restored without them where that is said, and another one brings them afterwards',
  async (t) => {
    const folder = await takenBackup(t, await installation(t))
    const other = await copyOf(t, folder)
    const transcript = await transcriptIn(folder)
    await flip(path.join(folder, fileOf(first)), 3)
    await rm(path.join(folder, transcript))
    const world = await freshWorld(t)

    const refused = await restore(world, folder)
    const { code, said } = await restore(world, folder, '--without-damaged')
    const after = await stateOf(world)
    const found = await findMissing(world, '--from', other)

    t.is(refused.code, 1)
    t.regex(refused.said, /full\.jpg is not what was written[\s\S]*Its rows are whole: .*--without-damaged/)
    t.is(code, 3, said)
    for (const file of [fileOf(first), transcript]) t.true(said.includes(`DAMAGED  ${file}\n`), said)
    t.true(
      said.includes(`WRITTEN ANEW  ${path.basename(transcript)}\nMISSING  ${first}\n1 is missing, and rows want it: `),
      said,
    )
    t.deepEqual(after, { [first]: 'ready', [second]: 'ready' }, 'nothing is given up')
    t.is(found.code, 0, found.said)
    t.regex(found.said, new RegExp(`^BROUGHT {2}${first}\n`))
    t.is(
      await readFile(path.join(world.config.MEDIA_FOLDER, 'public/ab', `${first}.full.jpg`), 'utf8'),
      `full.jpg of ${first}`,
    )
    const next = await takenBackup(t, world)
    t.is(await transcriptIn(next), transcript)
  },
)

test.serial('a room whose transcripts are damaged in a backup has them anew after a restore', async (t) => {
  const folder = await takenBackup(t, await installation(t))
  const transcripts = (await readdir(path.join(folder, 'transcripts'))).map((name) => `transcripts/${name}`)
  for (const one of transcripts) await flip(path.join(folder, one), 10)
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder, '--without-damaged')

  t.is(code, 0, said)
  t.is(transcripts.length, 2)
  for (const one of transcripts) t.true(said.includes(`WRITTEN ANEW  ${path.basename(one)}\n`), said)
  t.deepEqual(
    (await readdir(path.join(await takenBackup(t, world), 'transcripts'))).map((name) => `transcripts/${name}`),
    transcripts,
  )
})

test.serial(
  'a transcript that its rows do not make again is wanted after a restore without it, and brought by another backup',
  async (t) => {
    const source = await installation(t)
    // Names stand in transcripts, and never change but behind our back.
    await source.sql('accounts').update({ username: 'alison' })
    const folder = await takenBackup(t, source)
    const other = await copyOf(t, folder)
    const transcript = await transcriptIn(folder)
    await rm(path.join(folder, transcript))
    const world = await freshWorld(t)

    const { code, said } = await restore(world, folder, '--without-damaged')
    const after = await world.sql('end_room').select('transcript_ndjson')
    const found = await findMissing(world, '--from', other)

    t.is(code, 3, said)
    t.true(said.includes(`MISSING  ${path.basename(transcript)}\n`), said)
    t.notRegex(said, /WRITTEN ANEW/)
    t.deepEqual(after, [{ transcript_ndjson: path.basename(transcript) }], 'nothing is given up')
    t.is(found.code, 0, found.said)
    t.is(await transcriptIn(await takenBackup(t, world)), transcript)
  },
)

test.serial(
  'what the storage of the pictures has is missing after no restore, whatever the backup has of it',
  async (t) => {
    const source = await installation(t)
    const damaged = await takenBackup(t, source)
    await flip(path.join(damaged, fileOf(first)), 3)
    const kept = await folderOf(t)
    await cp(source.config.MEDIA_FOLDER, kept, { recursive: true })
    await rm(path.join(source.config.MEDIA_FOLDER, 'public/cd', `${second}.full.jpg`))
    const lacking = await folderOf(t)
    t.regex((await backUp(source, lacking)).said, /^MISSING {2}cd_picture_of_22_chars$/m)
    const { installation: name } = (await readManifest(damaged)).pictures
    await writeFile(path.join(kept, 'madang.json'), JSON.stringify({ installation: name, sweeps: 0 }))

    for (const folder of [damaged, lacking]) {
      const world = await freshWorld(t)
      await cp(kept, world.config.MEDIA_FOLDER, { recursive: true })

      const { code, said } = await restore(world, folder, '--without-damaged')

      t.is(code, 0, said)
      t.notRegex(said, /MISSING/)
      t.deepEqual(await stateOf(world), { [first]: 'ready', [second]: 'ready' })
    }
  },
)

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
