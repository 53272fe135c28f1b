import { createHash } from 'node:crypto'
import { readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { World } from '../support/world.ts'
import {
  backUp,
  fileOf,
  findMissing,
  firstPicture,
  flip,
  folderOf,
  freshWorld,
  installationWithFiles,
  restore,
  secondPicture,
  stateOf,
  takenBackup,
  transcriptIn,
} from './backup-site.ts'
import { run } from './commands.ts'
import type { Ended } from './commands.ts'

/** How the state ends in which backups say MISSING or GONE HERE: while everything runs. */

interface Site {
  world: World
  older: string
  transcript: string
}

/** Whose storage is marked as its own, as a worker does it; with a backup of when everything was there. */
async function site(t: ExecutionContext): Promise<Site> {
  const world = await installationWithFiles(t)
  t.is((await run('adopt-pictures', [], world.env)).code, 0)
  const older = await takenBackup(t, world)
  return { world, older, transcript: path.basename(await transcriptIn(older)) }
}

const lose = ({ config }: World, name: string): Promise<void> =>
  rm(path.join(config.MEDIA_FOLDER, fileOf(name).replace('pictures/', '')))

async function nextBackup(t: ExecutionContext, world: World): Promise<Ended> {
  return backUp(world, path.join(await folderOf(t), 'next'))
}

test.serial('where nothing is missing, that is said', async (t) => {
  const { world } = await site(t)

  const { code, said } = await findMissing(world)

  t.is(code, 0, said)
  t.is(said, 'Nothing that rows want is missing here.\n')
})

test.serial(
  'a transcript is written anew, a picture is brought from an older backup, and the next one is whole',
  async (t) => {
    const { world, older, transcript } = await site(t)
    await lose(world, firstPicture)
    await flip(path.join(world.config.TRANSCRIPTS_FOLDER, transcript), 10)
    t.is((await nextBackup(t, world)).code, 3)

    const looked = await findMissing(world)
    const { code, said } = await findMissing(world, '--from', older)

    t.is(looked.code, 3, looked.said)
    t.regex(
      looked.said,
      /^WRITTEN ANEW {2}room-.*\.ndjson\nMISSING {2}ab_picture_of_22_chars\n1 is missing\. --from BACKUP brings what that backup has; --gone-for-good 1 gives it up\./,
    )
    t.is(code, 0, said)
    t.is(said, `BROUGHT  ${firstPicture}\nNothing that rows want is missing here.\n`)
    const next = await nextBackup(t, world)
    t.is(next.code, 0, next.said)
    t.deepEqual(await stateOf(world), { [firstPicture]: 'ready', [secondPicture]: 'ready' })
  },
)

test.serial('a transcript that its rows do not make again is brought from an older backup', async (t) => {
  const { world, older, transcript } = await site(t)
  await world.sql('accounts').update({ username: 'alison' })
  await rm(path.join(world.config.TRANSCRIPTS_FOLDER, transcript))

  const looked = await findMissing(world)
  const { code, said } = await findMissing(world, '--from', older)

  t.is(looked.code, 3)
  t.regex(looked.said, /^MISSING {2}room-/)
  t.is(code, 0, said)
  t.true(said.startsWith(`BROUGHT  ${transcript}\n`), said)
  t.is((await nextBackup(t, world)).code, 0)
})

test.serial('what a backup never had is wanted after its restore, too, and brought from an older one', async (t) => {
  const { world: source, older, transcript } = await site(t)
  await source.sql('accounts').update({ username: 'alison' })
  await rm(path.join(source.config.TRANSCRIPTS_FOLDER, transcript))
  await lose(source, firstPicture)
  const later = path.join(await folderOf(t), 'later')
  t.is((await backUp(source, later)).code, 3)
  const world = await freshWorld(t)

  const restored = await restore(world, later)
  const { code, said } = await findMissing(world, '--from', older)

  t.is(restored.code, 3, restored.said)
  t.true(
    restored.said.includes(`MISSING  ${transcript}\nMISSING  ${firstPicture}\n2 are missing, and rows want them`),
    restored.said,
  )
  t.notRegex(restored.said, /DAMAGED/)
  t.is(code, 0, said)
  t.true(said.startsWith(`BROUGHT  ${transcript}\nBROUGHT  ${firstPicture}\n`), said)
  t.deepEqual(await world.sql('end_room').select('transcript_ndjson'), [{ transcript_ndjson: transcript }])
  t.is((await nextBackup(t, world)).code, 0)
})

test.serial('a page that another version has drawn comes back as this one draws it, under its own name', async (t) => {
  const { world, older } = await site(t)
  const page = (await readdir(path.join(older, 'transcripts'))).find((name) => name.endsWith('.html')) ?? ''
  await rm(path.join(world.config.TRANSCRIPTS_FOLDER, page))
  const drawnBefore = page.replace(/[0-9a-f]{64}/, 'a'.repeat(64))
  await world.sql('end_room').update({ transcript_html: drawnBefore })

  const { code, said } = await findMissing(world)

  t.is(code, 0, said)
  t.true(said.startsWith(`WRITTEN ANEW  ${drawnBefore}\n`), said)
  t.deepEqual(await world.sql('end_room').select('transcript_html'), [{ transcript_html: page }])
  t.is((await nextBackup(t, world)).code, 0)
})

test.serial('of a room that has lost one of its transcripts the other stays the file that it was', async (t) => {
  const { world, transcript } = await site(t)
  const folder = world.config.TRANSCRIPTS_FOLDER
  const pages = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.endsWith('.html'))
  const [page = ''] = await pages()
  const { ino } = await stat(path.join(folder, transcript))
  await rm(path.join(folder, page))
  t.is((await findMissing(world)).code, 0)
  t.is((await stat(path.join(folder, transcript))).ino, ino, 'of the two the page was lost')

  const before = `room-1-${createHash('sha256').update('as drawn before').digest('hex')}.html`
  await writeFile(path.join(folder, before), 'as drawn before')
  await rm(path.join(folder, page))
  await world.sql('end_room').update({ transcript_html: before })
  await rm(path.join(folder, transcript))
  const { code, said } = await findMissing(world)

  t.is(code, 0, said)
  t.is(said, `WRITTEN ANEW  ${transcript}\nNothing that rows want is missing here.\n`)
  t.deepEqual(await pages(), [before])
  t.deepEqual(await world.sql('end_room').select('transcript_html'), [{ transcript_html: before }])
})

test.serial('what nobody has is given up by its number alone, and wanted no more', async (t) => {
  const { world, transcript } = await site(t)
  await world.sql('accounts').update({ username: 'alison' })
  await lose(world, firstPicture)
  await rm(path.join(world.config.TRANSCRIPTS_FOLDER, transcript))

  const refused = await findMissing(world, '--gone-for-good', '1')
  const before = await stateOf(world)
  const { code, said } = await findMissing(world, '--gone-for-good', '2')

  t.is(refused.code, 3)
  t.regex(refused.said, /--gone-for-good says 1, so nothing is given up\. 2 are missing\./)
  t.deepEqual(before, { [firstPicture]: 'ready', [secondPicture]: 'ready' })
  t.is(code, 0, said)
  t.is(
    said,
    `GIVEN UP  ${transcript}\nGIVEN UP  ${firstPicture}\n2 are given up: pictures are shown as failed, transcripts are no longer offered.\n`,
  )
  t.deepEqual(await stateOf(world), { [firstPicture]: 'failed', [secondPicture]: 'ready' })
  t.deepEqual(await world.sql('audit_log').select('action', 'actor_id', 'via', 'facts'), [
    { action: 'files.given_up', actor_id: null, via: 'command', facts: '{"pictures":1,"transcripts":1}' },
  ])
  const next = await nextBackup(t, world)
  t.is(next.code, 0, next.said)
  t.deepEqual(
    (await readdir(world.config.TRANSCRIPTS_FOLDER))
      .filter((name) => name.startsWith('room-'))
      .map((name) => path.extname(name)),
    ['.html'],
  )
})

test.serial('what is damaged in the backup is not brought from there', async (t) => {
  const { world, older } = await site(t)
  await lose(world, secondPicture)
  await flip(path.join(older, fileOf(secondPicture)), 3)

  const { code, said } = await findMissing(world, '--from', older)

  t.is(code, 3, said)
  t.regex(said, /^MISSING {2}cd_picture_of_22_chars\n/)
})

test.serial('a storage that does not say whose it is may be the wrong one: nothing is given up for it', async (t) => {
  const { world, older } = await site(t)
  await rm(world.config.MEDIA_FOLDER, { recursive: true })

  const refused = await findMissing(world, '--gone-for-good', '2')
  const before = await stateOf(world)
  await run('adopt-pictures', [], world.env)
  const { code, said } = await findMissing(world, '--from', older)

  t.is(refused.code, 1)
  t.regex(refused.said, /^Pictures are missing, and their storage is unmarked: is its volume mounted/)
  t.deepEqual(before, { [firstPicture]: 'ready', [secondPicture]: 'ready' })
  t.is(code, 0, said)
  t.true(said.includes(`BROUGHT  ${firstPicture}\nBROUGHT  ${secondPicture}\n`), said)
})

test.serial(
  'where none of the transcripts is in its folder, nothing is written into it and nothing given up',
  async (t) => {
    const { world, older, transcript } = await site(t)
    const folder = world.config.TRANSCRIPTS_FOLDER
    const named = await world.sql('end_room').select('transcript_ndjson', 'transcript_html')
    // A mount point without its volume: an empty folder.
    for (const name of await readdir(folder)) await rm(path.join(folder, name), { recursive: true })

    for (const args of [[], ['--from', older], ['--gone-for-good', '2']]) {
      const { code, said } = await findMissing(world, ...args)
      t.is(code, 1, said)
      t.true(said.startsWith(`Of 2 files of transcripts 0 are in ${folder}: is its volume mounted?`), said)
      t.deepEqual(await readdir(folder), [])
    }
    t.deepEqual(await world.sql('end_room').select('transcript_ndjson', 'transcript_html'), named)

    const { code, said } = await findMissing(world, '--folder-is-right', '--from', older)
    t.is(code, 0, said)
    t.true(said.includes(`BROUGHT  ${transcript}\n`), said)
  },
)

test.serial(
  'a folder that has but a few of the transcripts, as those of a room that was closed since, is not believed',
  async (t) => {
    const { world, transcript } = await site(t)
    const folder = world.config.TRANSCRIPTS_FOLDER
    const [closed] = await world.sql('end_room').select()
    const named = (ending: string): string => `room-2-${'b'.repeat(64)}.${ending}`
    const another = { room_id: 2, transcript_ndjson: named('ndjson'), transcript_html: named('html') }
    await world.sql('end_room').insert({ ...closed, ...another })
    await rm(path.join(folder, transcript))

    const { code, said } = await findMissing(world, '--gone-for-good', '2')

    t.is(code, 1, said)
    t.true(said.startsWith(`Of 4 files of transcripts 1 are in ${folder}: is its volume mounted?`), said)
    t.false((await readdir(folder)).includes(transcript))
    t.is((await findMissing(world, '--folder-is-right', '--gone-for-good', '2')).code, 0)
  },
)

test.serial(
  'a folder of transcripts that cannot be looked into is said as that, and not as one that has none, also by backups',
  async (t) => {
    const { world, older } = await site(t)
    const folder = world.config.TRANSCRIPTS_FOLDER
    await rm(folder, { recursive: true })
    await symlink(path.basename(folder), folder)

    for (const args of [[], ['--folder-is-right', '--gone-for-good', '2']]) {
      const { code, said } = await findMissing(world, ...args)
      t.is(code, 1, said)
      t.regex(said, /^missing-files: Error: ELOOP: .* '.*\.(ndjson|html)'\n$/)
    }
    for (const after of [[], ['--after', older]]) {
      const { code, said } = await backUp(world, await folderOf(t), ...after)
      t.is(code, 1, said)
      t.regex(said, /^backup: Error: ELOOP: .* '.*\/\.'\n$/m)
    }
  },
)

test.serial('a storage of pictures that may be the wrong one is known before a transcript is written', async (t) => {
  const { world, transcript } = await site(t)
  await rm(world.config.MEDIA_FOLDER, { recursive: true })
  await rm(path.join(world.config.TRANSCRIPTS_FOLDER, transcript))

  const { code, said } = await findMissing(world)

  t.is(code, 1, said)
  t.false((await readdir(world.config.TRANSCRIPTS_FOLDER)).includes(transcript))
})

test.serial('what makes no sense is answered by how it is called', async (t) => {
  for (const args of [['all'], ['--gone-for-good', '0'], ['--gone-for-good', 'all'], ['--from', '']]) {
    const { code, said } = await run('missing-files', args, {})
    t.is(code, 2, said)
    t.regex(said, /npm run missing-files -- \[--from BACKUP\]/)
  }
})
