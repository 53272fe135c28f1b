import { once } from 'node:events'
import { lstatSync, rmSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import type { Server } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CannotStart } from '../start.ts'

/** Read and write, which is to connect, for the owner and the group: who else may come near says the folder. */
const umask = 0o117

/** As many as the system lets wait: over a unix socket one more than that is refused at once, where TCP would try again. */
const backlog = 4096

/**
 * Listens on the unix socket `file`. The file that a process left behind which was killed is taken over; one on which somebody listens
 * is not. Error: `CannotStart`.
 */
export async function listenOnFile(server: Server, file: string): Promise<void> {
  await removeLeftover(file)
  const before = process.umask(umask)
  try {
    // The file is made in this call, with its mode: there is no moment in which others may connect.
    server.listen({ path: file, backlog })
  } finally {
    process.umask(before)
  }
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new CannotStart(
      `LISTEN_FILE: cannot listen on ${file} (${codeOf(error)}): its folder must be there, and ours.`,
      {
        cause: error,
      },
    )
  }
}

/**
 * The file is gone at once, so that nobody else comes; who waits at it already is still let in, one in each turn of the event loop, before
 * `listenNoMore`. A port has no such moment: what waits there when it closes is refused.
 */
export async function leaveFile<S extends Server>(
  server: S,
  file: string,
  listenNoMore: (server: S) => void,
): Promise<void> {
  rmSync(file, { force: true })
  let hasCome = true
  const note = (): void => void (hasCome = true)
  server.on('connection', note)
  while (hasCome) {
    hasCome = false
    // The first ends the turn in which we are.
    await nextTurn()
    await nextTurn()
  }
  server.off('connection', note)
  listenNoMore(server)
}

async function removeLeftover(file: string): Promise<void> {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new CannotStart(`LISTEN_FILE: ${file} is there, and no socket: name another file.`)
  if (await isListenedOn(file)) throw new CannotStart(`LISTEN_FILE: somebody listens on ${file} already.`)
  unlinkSync(file)
}

/** Only a socket of which no process is left refuses; one whose owner stands still takes us in, or has no room. */
async function isListenedOn(file: string): Promise<boolean> {
  const socket = connect(file)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return codeOf(error) !== 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
