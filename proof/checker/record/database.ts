import { createConnection } from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2/promise'

/** A database that is only read. The SQL of this folder is its own: a wrong query of Madang's must not hide what it left out. */
export interface Database {
  /** Numbers above 2^53 do not occur; texts of ASCII columns come as strings, payloads as bytes. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export async function openDatabase(url: string): Promise<Database> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const connection = await createConnection({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    charset: 'utf8mb4',
    timezone: 'Z',
  })
  return {
    async rows<Row>(text: string, values: readonly unknown[] = []) {
      const [found] = await connection.query<RowDataPacket[]>(text, [...values])
      return found as Row[]
    },
    close: () => connection.end(),
  }
}
