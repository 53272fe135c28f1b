import assert from 'node:assert/strict'
import type { RowDataPacket } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { deadlocksSeen } from '../deadlocks.ts'
import type { DrillStack } from '../../stack/stack.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { made, undone } from './trial.ts'
import type { Trial } from './trial.ts'

const longMs = 90_000
const scratch = 'drill_scratch'

async function connected<T>(stack: DrillStack, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await stack.inside.database()
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

function valueOf(stack: DrillStack, expression: string): Promise<number> {
  return connected(stack, async (connection) => {
    const [rows] = await connection.query<({ value: number } & RowDataPacket)[]>(`SELECT ${expression} AS value`)
    return Number(rows[0]?.value)
  })
}

const codeOf = (error: unknown): number => (error instanceof Error && 'errno' in error ? Number(error.errno) : 0)

/** The number of the error with which the work fails; 0 where it does not. */
async function refusal(work: Promise<unknown>): Promise<number> {
  return work.then(() => 0, codeOf)
}

const rowLocked: Trial = async (trying) => {
  const { stack } = trying
  const lock = (room: string): Promise<number> =>
    connected(stack, (one) => refusal(one.query('SELECT 1 FROM ledgers WHERE room_id = ? FOR UPDATE NOWAIT', [room])))
  const injected = await made(trying)
  const rooms = injected.detail.match(/\d+/g) ?? []
  assert.ok(rooms.length > 0)
  // MariaDB's number, and MySQL's.
  for (const room of rooms) assert.ok([1205, 3572].includes(await lock(room)), injected.detail)
  await undone(injected)
  for (const room of rooms) await eventually(async () => (await lock(room)) === 0)
}

const deadlocked: Trial = async (trying) => {
  const before = await connected(trying.stack, deadlocksSeen)
  const injected = await made(trying, { forMs: longMs })
  await eventually(async () => (await connected(trying.stack, deadlocksSeen)) > before, longMs)
  await undone(injected)
}

/** Ids of the connections of servers and workers. */
function connectionsOf(stack: DrillStack): Promise<number[]> {
  return connected(stack, async (connection) => {
    const [rows] = await connection.query<({ id: number } & RowDataPacket)[]>(
      'SELECT id FROM information_schema.processlist WHERE user = ?',
      [stack.inside.account],
    )
    return rows.map(({ id }) => Number(id))
  })
}

function someConnections(stack: DrillStack): Promise<number[]> {
  return eventually(async () => {
    const found = await connectionsOf(stack)
    return found.length > 0 && found
  }, longMs)
}

async function areAllGone(stack: DrillStack, before: readonly number[]): Promise<void> {
  await eventually(async () => !(await connectionsOf(stack)).some((id) => before.includes(id)))
}

const connectionsKilled: Trial = async (trying) => {
  const before = await someConnections(trying.stack)
  await made(trying)
  await areAllGone(trying.stack, before)
}

/** As servers and workers connect. */
async function asProcess({ databaseUrl, inside }: DrillStack): Promise<Connection> {
  const url = new URL(databaseUrl)
  url.username = inside.account
  const account = await createConnection({ uri: url.href })
  account.on('error', () => undefined)
  return account
}

/** Whether so many bytes are taken at once from a connection that is made now. */
async function isTaken(stack: DrillStack, bytes: number): Promise<boolean> {
  const account = await asProcess(stack)
  try {
    return await account.query('SELECT LENGTH(?)', ['x'.repeat(bytes)]).then(
      () => true,
      () => false,
    )
  } finally {
    account.destroy()
  }
}

const readOnly: Trial = async (trying) => {
  const { stack } = trying
  const account = await asProcess(stack)
  const write = (): Promise<number> => refusal(account.query('DELETE FROM rooms WHERE id = 0'))
  assert.equal(await write(), 0)
  const injected = await made(trying)
  assert.equal(await valueOf(stack, '@@GLOBAL.read_only'), 1)
  assert.equal(await write(), 1290)
  await undone(injected)
  assert.equal(await valueOf(stack, '@@GLOBAL.read_only'), 0)
  assert.equal(await write(), 0)
  account.destroy()
}

const smallPackets: Trial = async (trying) => {
  const { stack } = trying
  const before = await valueOf(stack, '@@GLOBAL.max_allowed_packet')
  const connections = await someConnections(stack)
  assert.ok(await isTaken(stack, 30_000))
  const injected = await made(trying)
  assert.equal(await valueOf(stack, '@@GLOBAL.max_allowed_packet'), 16_384)
  // No process goes on with the limit that it began with.
  await areAllGone(stack, connections)
  assert.ok(await isTaken(stack, 3000))
  assert.ok(!(await isTaken(stack, 30_000)))
  const small = await someConnections(stack)
  await undone(injected)
  assert.equal(await valueOf(stack, '@@GLOBAL.max_allowed_packet'), before)
  await areAllGone(stack, small)
  assert.ok(await isTaken(stack, 30_000))
}

/**
 * A table of its own needs a file of its own. Nothing larger is written here: a MariaDB that is out of room for its own log may end, and
 * stay away, and the trials behind this one need it.
 */
const diskFull: Trial = async (trying) => {
  const { stack } = trying
  const create = (): Promise<number> =>
    connected(stack, (one) => refusal(one.query(`CREATE TABLE ${scratch} (text LONGTEXT NOT NULL) ENGINE=InnoDB`)))
  const injected = await made(trying)
  const code = await create()
  // Error while writing a file, cannot create, disk full, an error while writing, error of the storage engine, table full.
  assert.ok([3, 1005, 1021, 1026, 1030, 1114].includes(code), `it answered with ${code}`)
  await undone(injected)
  await eventually(async () => (await create()) === 0, longMs)
  await connected(stack, (one) => one.query(`DROP TABLE ${scratch}`))
}

export const databaseTrials: Record<string, Trial> = {
  'database: room row locked': rowLocked,
  'database: deadlocks': deadlocked,
  'database: connections killed': connectionsKilled,
  'database: read only': readOnly,
  'database: small packets': smallPackets,
  'database: disk full': diskFull,
}
