import { cp, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { profilesIn } from '../../src/accounts/index.ts'
import { createDescriptions } from '../../src/chat/index.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { eventually } from '../support/eventually.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { createWorld } from '../support/world.ts'
import type { World } from '../support/world.ts'
import { run } from './commands.ts'
import type { Ended } from './commands.ts'

/** An installation of a test of backups: tables, a Redis, folders, and the ledger of a server and a worker on it. */
export interface Installation {
  world: World
  site: LedgerSite
  /** A room with rows in all tables that a worker asks for. */
  newRoom(members: AccountId[]): Promise<RoomId>
}

/** By the accounts of a site, which may make no table; a restore is its owner's. */
export async function openInstallation(t: ExecutionContext): Promise<Installation> {
  const world = await createWorld({ hasLeastPrivilege: true })
  t.teardown(() => world.close())
  return installationIn(world)
}

/** Where nothing is yet: tables, an empty Redis, no folders. */
export async function freshWorld(t: ExecutionContext): Promise<World> {
  const world = await createWorld({ isMigrated: false })
  t.teardown(() => world.close())
  return world
}

export async function installationIn(world: World): Promise<Installation> {
  const site = await createSite(world)
  return {
    world,
    site,
    async newRoom(members) {
      const [id = 0] = await world.sql('rooms').insert({ kind: 'mentor', name: '마당', topic: 'tabs\tand\\more' })
      const room = id as RoomId
      site.rooms.put(room, members)
      await world.sql('room_members').insert(
        members.map((account, index) => ({
          ...{ room_id: room, account_id: account, standing: 'in', changed_by: account },
          ...{ version: index + 1, announced: 1 },
        })),
      )
      await world.sql('rooms').where({ id: room }).update({ members_version: members.length })
      await site.ledger.create(world.sql, room)
      return room
    },
  }
}

export const [firstPicture, secondPicture] = ['ab_picture_of_22_chars', 'cd_picture_of_22_chars'] as const

/** Of a picture in a backup. */
export const fileOf = (name: string, ending = 'full.jpg'): string =>
  `pictures/public/${name.slice(0, 2)}/${name}.${ending}`

/** With two pictures, and a room that was closed. */
export async function installationWithFiles(t: ExecutionContext): Promise<World> {
  const { world, site, newRoom } = await openInstallation(t)
  Object.assign(site.rooms, createDescriptions({ sql: world.sql, profiles: profilesIn(world.sql) }))
  await world.sql('accounts').insert({ username: 'alice', display_name: 'Alice', password: 'x' })
  for (const name of [firstPicture, secondPicture]) await putPicture(world, name)
  const room = await newRoom([alice])
  await site.ledger.append(room, line('kept'))
  await site.ledger.close(room, { by: alice, requestId: undefined })
  await eventually(async () => {
    await attemptClosing(site.work, room)
    return (await site.ledger.receipt(room)) !== undefined
  })
  return world
}

/** Path of the one in NDJSON of a room in a backup. */
export async function transcriptIn(folder: string): Promise<string> {
  const name = (await readdir(path.join(folder, 'transcripts'))).find((one) => one.endsWith('.ndjson'))
  if (name === undefined) throw new Error('the backup has no transcript')
  return `transcripts/${name}`
}

export async function stateOf({ sql }: World): Promise<Record<string, string>> {
  return Object.fromEntries((await sql('media').select('name', 'state')).map(({ name, state }) => [name, state]))
}

const endings = ['thumb.webp', 'feed.webp', 'full.webp', 'full.jpg']

/** A rendered picture of the first account, whose files hold text. Answers the folder in which they lie. */
export async function putPicture({ sql, config }: World, name: string): Promise<string> {
  await sql('media').insert({
    ...{ owner_id: 1, name, state: 'ready', width: 1, height: 1, bytes: 4, placeholder: '', has_original: 0 },
    ...{ use_type: 'profile', use_id: 1 },
  })
  const shard = path.join(config.MEDIA_FOLDER, 'public', name.slice(0, 2))
  await mkdir(shard, { recursive: true })
  for (const ending of endings) await writeFile(path.join(shard, `${name}.${ending}`), `${ending} of ${name}`)
  return shard
}

/** As a disk would. */
export async function flip(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 0x01
  await handle.write(byte, 0, 1, at)
  await handle.close()
}

export async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-backup-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const backUp = (world: World, to: string, ...more: string[]): Promise<Ended> =>
  run('backup', ['--to', to, ...more], world.env)

export const restore = (world: World, from: string, ...more: string[]): Promise<Ended> =>
  run('restore', ['--from', from, ...more], world.env)

export const findMissing = (world: World, ...args: string[]): Promise<Ended> => run('missing-files', args, world.env)

export const check = (folder: string): Promise<Ended> => run('restore', ['--check', folder], {})

export async function takenBackup(t: ExecutionContext, world: World): Promise<string> {
  const folder = await folderOf(t)
  const { code, said } = await backUp(world, folder)
  t.is(code, 0, said)
  return folder
}

/** Of a backup, before something happens to it. */
export async function copyOf(t: ExecutionContext, folder: string): Promise<string> {
  const copy = await folderOf(t)
  await cp(folder, copy, { recursive: true })
  return copy
}

export async function restored(t: ExecutionContext, folder: string): Promise<Installation> {
  const world = await freshWorld(t)
  const { code, said } = await restore(world, folder)
  t.is(code, 0, said)
  return installationIn(world)
}
