import type { Connection, RowDataPacket } from 'mysql2/promise'
import { insideOf, needsInside, sleep } from './fault.ts'
import type { Fault, Inside } from './fault.ts'

const scratch = 'drill_weights'
/** A transaction that has changed much is not chosen as the victim: the other one is, which is ours to look at. */
const weightRows = 400

/**
 * A flush and a closing lock the row of the room first and then go to its messages or its closing. This one goes the other way round,
 * and it is heavy: whoever meets it in the middle is the victim.
 */
export const deadlocks: Fault = {
  name: 'database: deadlocks',
  says: 'transactions lock what a flush or a closing locks, in the opposite order, again and again',
  lasts: [1500, 5000],
  weight: 1.5,
  missing: needsInside,
  async inject(patient) {
    const inside = insideOf(patient)
    const connection = await inside.database()
    const before = await deadlocksSeen(connection)
    const maker = new DeadlockMaker(connection, inside)
    const done = maker.run()
    return {
      detail: 'transactions locked in the opposite order',
      hasHit: async () => (await countedDeadlocks(inside)) !== before,
      async heal() {
        maker.stop()
        await Promise.race([done, sleep(3000)])
        connection.destroy()
        const count = (await countedDeadlocks(inside)) - before
        // A database that was started again has begun to count anew.
        if (count < 0) return { detail: 'deadlocks were made until the database was started again' }
        return { detail: `${count} deadlocks were found`, isNothing: count === 0 }
      },
    }
  },
}

async function countedDeadlocks(inside: Inside): Promise<number> {
  const connection = await inside.database()
  try {
    return await deadlocksSeen(connection)
  } finally {
    connection.destroy()
  }
}

/** How many the database has found since it was started. MariaDB has a status for it, MySQL a metric. */
export async function deadlocksSeen(connection: Connection): Promise<number> {
  const [status] = await connection.query<({ Value: string } & RowDataPacket)[]>(
    "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'",
  )
  if (status[0] !== undefined) return Number(status[0].Value)
  const [metrics] = await connection.query<({ count: number } & RowDataPacket)[]>(
    "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'",
  )
  return Number(metrics[0]?.count)
}

class DeadlockMaker {
  readonly #connection: Connection
  readonly #schema: string
  #isStopped = false

  constructor(connection: Connection, { schema }: Inside) {
    this.#connection = connection
    this.#schema = schema
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Until it is stopped. Never rejects: a fault that another fault has broken is over. */
  async run(): Promise<void> {
    try {
      await this.#prepare()
      for (let round = 0; !this.#isStopped; round += 1) {
        await this.#cross(round).catch(() => this.#connection.query('ROLLBACK'))
        await sleep(10)
      }
    } catch {
      // The connection is gone.
    }
  }

  async #prepare(): Promise<void> {
    await this.#connection.query(
      `CREATE TABLE IF NOT EXISTS ${this.#schema}.${scratch} (id INT AUTO_INCREMENT PRIMARY KEY, text CHAR(8)) ENGINE=InnoDB`,
    )
    await this.#connection.query('SET SESSION innodb_lock_wait_timeout = 1')
    // Locks on gaps, so that an insert of the next message waits for us.
    await this.#connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  }

  async #cross(round: number): Promise<void> {
    const [rooms] = await this.#connection.query<({ room: number } & RowDataPacket)[]>(
      `SELECT room_id AS room FROM ${this.#schema}.ledgers WHERE state <> 'closed' ORDER BY room_id DESC LIMIT 10`,
    )
    const room = rooms[round % Math.max(1, rooms.length)]?.room
    if (room === undefined) return
    const weights = Array.from({ length: weightRows }, () => ['weight'])
    await this.#connection.query('BEGIN')
    await this.#connection.query(`INSERT INTO ${this.#schema}.${scratch} (text) VALUES ?`, [weights])
    await this.#connection.query(
      `SELECT seq FROM ${this.#schema}.messages WHERE room_id = ? ORDER BY seq DESC LIMIT 1 FOR UPDATE`,
      [room],
    )
    await this.#connection.query(`SELECT room_id FROM ${this.#schema}.end_room WHERE room_id = ? FOR UPDATE`, [room])
    await sleep(40)
    await this.#connection.query(`SELECT room_id FROM ${this.#schema}.ledgers WHERE room_id = ? FOR UPDATE`, [room])
    await this.#connection.query('ROLLBACK')
  }
}
