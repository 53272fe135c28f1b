/**
 * What Nginx needs beside uploads, in MiB: of each person's socket and stream the buffers, as docs/decisions/0031 has measured them (a socket that has heard a
 * busy room, and a stream as one that is silent), and of two processes the tables of their connections.
 */
export function mibOfNginx(people: number): number {
  const [kibOfSocket, kibOfStream, tables] = [50, 22, 2 * 14]
  return (people * (kibOfSocket + kibOfStream)) / 1024 + tables
}

/** The same of a person who comes by TLS, in KiB, of both connections together, without the tables. */
export const kibOfPersonByTls = 144
