import type { Connection, RowDataPacket } from 'mysql2/promise'
import { deadlocks } from './deadlocks.ts'
import { insideOf, needsInside, nothing, sleep } from './fault.ts'
import type { Fault, Inside, Injected } from './fault.ts'

const lockedRow: Fault = {
  name: 'database: room row locked',
  says: 'somebody holds the rows of some rooms, as a forgotten transaction or a slow backup would',
  lasts: [1000, 8000],
  missing: needsInside,
  async inject(patient, chance) {
    const inside = insideOf(patient)
    const connection = await inside.database()
    try {
      await connection.query('SET SESSION innodb_lock_wait_timeout = 1')
      const rooms = await openRooms(connection, inside)
      const sure = rooms.length === 0 ? undefined : chance.of(rooms)
      const chosen = rooms.filter((room) => room === sure || chance.is(0.5))
      await connection.beginTransaction()
      const held: number[] = []
      for (const room of chosen) if (await isHeld(connection, inside, room)) held.push(room)
      const heal = (): void => connection.destroy()
      if (held.length === 0) return { ...nothing('there was no room whose row could be locked'), heal }
      return { detail: `the rows of rooms ${held.join(', ')} were locked`, heal }
    } catch (error) {
      connection.destroy()
      throw error
    }
  },
}

const lockWaitTimeout = 1205

/** No where somebody else holds it for longer than we wait. */
async function isHeld(connection: Connection, { schema }: Inside, room: number): Promise<boolean> {
  try {
    await connection.query(`SELECT room_id FROM ${schema}.ledgers WHERE room_id = ? FOR UPDATE`, [room])
    return true
  } catch (error) {
    if (error instanceof Error && 'errno' in error && error.errno === lockWaitTimeout) return false
    throw error
  }
}

const killed: Fault = {
  name: 'database: connections killed',
  says: 'all connections of servers and workers are ended by KILL, in the middle of whatever they do, several times',
  lasts: [0, 0],
  // Whom to kill stands in a temporary table, for which a full disk has no room.
  excludes: ['database: disk full'],
  missing: needsInside,
  inject: async (patient, chance) => {
    const times = chance.whole(1, 4)
    let count = 0
    for (let time = 0; time < times; time += 1) {
      count += await killConnections(insideOf(patient))
      await sleep(chance.whole(50, 500))
    }
    const detail = `${count} connections were killed in ${times} strokes`
    return count === 0 ? nothing(detail) : { detail }
  },
}

const readOnly: Fault = {
  name: 'database: read only',
  says: 'read_only = 1, as on a server that was made a replica by mistake',
  lasts: [1000, 5000],
  missing: needsInside,
  inject: (patient) => globally(insideOf(patient), { name: 'read_only', value: 1 }, 'the database took no writes'),
}

const smallPackets: Fault = {
  name: 'database: small packets',
  says: 'max_allowed_packet is 16 KiB, and all connections are made anew',
  lasts: [1000, 5000],
  missing: needsInside,
  async inject(patient) {
    const inside = insideOf(patient)
    const change = { name: 'max_allowed_packet', value: 16_384 }
    const injected = await globally(inside, change, 'packets above 16 KiB were refused')
    await killConnections(inside)
    return {
      ...injected,
      async heal() {
        await injected.heal?.()
        // A connection keeps the limit that it began with.
        await killConnections(inside)
      },
    }
  },
}

/** Sets a global variable; healing sets it back, also after a restart that has forgotten it. */
async function globally(
  inside: Inside,
  { name, value }: { name: string; value: number },
  detail: string,
): Promise<Injected> {
  const before = await withConnection(inside, async (connection) => {
    const [rows] = await connection.query<({ value: number } & RowDataPacket)[]>(`SELECT @@GLOBAL.${name} AS value`)
    await connection.query(`SET GLOBAL ${name} = ${value}`)
    return Number(rows[0]?.value)
  })
  return {
    detail,
    heal: () => withConnection(inside, async (one) => void (await one.query(`SET GLOBAL ${name} = ${before}`))),
  }
}

/** Answers how many. */
function killConnections(inside: Inside): Promise<number> {
  return withConnection(inside, async (connection) => {
    const [rows] = await connection.query<({ id: number } & RowDataPacket)[]>(
      'SELECT id FROM information_schema.processlist WHERE user = ?',
      [inside.account],
    )
    const kills = rows.map(({ id }) => connection.query(`KILL ${id}`).then(() => 1))
    // One that has ended by itself meanwhile is no failure.
    const done = await Promise.all(kills.map((kill) => kill.catch(() => 0)))
    return done.reduce((sum, one) => sum + one, 0)
  })
}

async function openRooms(connection: Connection, { schema }: Inside): Promise<number[]> {
  const [rows] = await connection.query<({ room: number } & RowDataPacket)[]>(
    `SELECT room_id AS room FROM ${schema}.ledgers WHERE state <> 'closed' ORDER BY room_id DESC LIMIT 20`,
  )
  return rows.map(({ room }) => Number(room))
}

async function withConnection<T>(inside: Inside, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await inside.database()
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

export const databaseFaults: readonly Fault[] = [lockedRow, deadlocks, killed, readOnly, smallPackets]
