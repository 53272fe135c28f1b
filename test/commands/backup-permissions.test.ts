import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { DamagedBackup, readManifest } from '../../src/commands/backup/manifest.ts'
import { BadArguments } from '../../src/commands/arguments.ts'
import { beginIn } from '../../src/commands/backup/target.ts'

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

  const error = await t.throwsAsync(() => beginIn(path.join(folder, 'file', 'new')), { instanceOf: BadArguments })

  t.regex(error?.message ?? '', /file\/new \(ENOTDIR\)/)
})

test.serial('a backup that is not for us to read says so, and who we are', async (t) => {
  const folder = await folderOf(t)
  await writeFile(path.join(folder, 'manifest.json'), '{}')
  await chmod(path.join(folder, 'manifest.json'), 0)
  await chmod(folder, 0o755)

  const error = await t.throwsAsync(() => asSomebody(() => readManifest(folder)), { instanceOf: DamagedBackup })

  t.regex(error?.message ?? '', /manifest\.json cannot be read \(EACCES\): this is the user \d+$/)
})
