/** COM_QUERY of the client/server protocol. */
const query = 0x03
const headerBytes = 4
/** A statement that commits is short; what is longer is none. */
const longest = 64

/**
 * Whether this chunk, from a client of MySQL, holds a COMMIT. A client waits for each answer, so a command begins at the beginning of a
 * chunk; a chunk that goes on with a longer one before it may be misread only if it has the bytes of a whole COMMIT packet.
 */
export function isCommit(chunk: Buffer): boolean {
  for (let at = 0; at + headerBytes < chunk.length;) {
    const length = chunk.readUIntLE(at, 3)
    const body = chunk.subarray(at + headerBytes, at + headerBytes + length)
    if (body.length === length && length <= longest && body[0] === query && commits(body)) return true
    at += headerBytes + length
  }
  return false
}

/** With CLIENT_QUERY_ATTRIBUTES two counts stand before the statement: no parameters, in one set. */
function commits(body: Buffer): boolean {
  const start = body[1] === 0 && body[2] === 1 ? 3 : 1
  return /^\s*COMMIT\s*;?\s*$/i.test(body.subarray(start).toString('latin1'))
}
