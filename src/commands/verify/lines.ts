import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export interface FileFacts {
  bytes: number
  sha256: string
}

const longestLine = 1_048_576
const lineFeed = 0x0a

/**
 * Reads a file as lines and answers, after the last one, its size and hash. Lines end at a line feed and at nothing else: the
 * line separators of Unicode may stand inside a message. Throws one readable line when a line is longer than 1 MiB.
 */
export async function* hashedLines(path: string): AsyncGenerator<string, FileFacts> {
  const hash = createHash('sha256')
  let bytes = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(lineFeed); end !== -1; end = rest.indexOf(lineFeed, start)) {
      yield rest.toString('utf8', start, end)
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > longestLine) {
      yield rest.toString('utf8')
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0) yield rest.toString('utf8')
  return { bytes, sha256: hash.digest('hex') }
}
