import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { DamagedBackup, readManifest } from '../../src/commands/backup/manifest.ts'
import { BadArguments } from '../../src/commands/arguments.ts'
import { DiskIsFull, beginIn, reasonOfEnd } from '../../src/commands/backup/target.ts'

/** A folder that is mounted into a container is often not the user's who runs in it. */

const nobody = 65_534

/** Root may do everything, so it is somebody else meanwhile: the whole process is, and so each test is alone. */
async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-mounted-'))
  t.teardown(() => chmod(folder, 0o700).then(() => rm(folder, { recursive: true })))
  return folder
}

test.serial('where a backup cannot be written, the folder, the reason and the user are said', async (t) => {
  const folder = await folderOf(t)
  await chmod(folder, 0o500)

  for (const to of [folder, path.join(folder, 'new')]) {
    const error = await t.throwsAsync(() => asSomebody(() => beginIn(to)), { instanceOf: BadArguments })
    t.regex(error?.message ?? '', /^Nothing can be written to \S+ \(EACCES\): this is the user \d+$/)
    t.true(error?.message.includes(to))
  }
})

test.serial('so they are where a file is in the way', async (t) => {
  const folder = await folderOf(t)
  await writeFile(path.join(folder, 'file'), '')

  for (const to of [path.join(folder, 'file'), path.join(folder, 'file', 'new')]) {
    await t.throwsAsync(() => beginIn(to), {
      instanceOf: BadArguments,
      message: `Nothing can be written to ${to} (ENOTDIR): this is the user ${process.geteuid?.()}`,
    })
    await t.throwsAsync(() => readManifest(to), {
      instanceOf: DamagedBackup,
      message: `${to} has no manifest.json: it is no backup, or one that was never finished`,
    })
  }
})

test.serial('so they are where a folder that is there says that it is not', async (t) => {
  for (const to of ['/proc/none', '/proc/none/new']) {
    await t.throwsAsync(() => beginIn(to), {
      instanceOf: BadArguments,
      message: new RegExp(`^Nothing can be written to ${to} \\(ENOENT\\): `),
    })
  }
})

test.serial('of a disk that is full the folder is said, and that the same command goes on', async (t) => {
  const full = await writeFile('/dev/full', 'x').catch((error: unknown) => error)

  t.like(reasonOfEnd(full, '/backups/today'), {
    constructor: DiskIsFull,
    message:
      'There is no room left for /backups/today (ENOSPC): make room and say the same again: the backup goes on, and what is there is not copied anew',
  })
})

test.serial('a backup that is not for us to read says so, and who we are', async (t) => {
  const folder = await folderOf(t)
  await writeFile(path.join(folder, 'manifest.json'), '{}')
  await chmod(path.join(folder, 'manifest.json'), 0)
  await chmod(folder, 0o755)

  const error = await t.throwsAsync(() => asSomebody(() => readManifest(folder)), { instanceOf: DamagedBackup })

  t.regex(error?.message ?? '', /manifest\.json cannot be read \(EACCES\): this is the user \d+$/)
})
