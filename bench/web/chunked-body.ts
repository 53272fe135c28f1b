/**
 * Takes the framing off a body that comes in chunks (RFC 9112, section 7.1), however the network and those on the way have cut it: Nginx frames what it happens to have read, in the middle of an
 * event, too. What is inside is handed on as views of the bytes that came.
 */
export class ChunkedBody {
  readonly #onBytes: (bytes: Buffer) => void
  /** Of the chunk that is being read, with the line end behind it. */
  #left = 0
  #sizeLine = ''

  constructor(onBytes: (bytes: Buffer) => void) {
    this.#onBytes = onBytes
  }

  /** Throws at the end of the body, and for what is no chunk. */
  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#left === 0) at = this.#readSize(bytes, at)
      else if (this.#left > lineEnd) at = this.#readInside(bytes, at)
      else at = this.#skip(bytes, at)
    }
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(0x0a, at)
    this.#sizeLine += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
    if (end < 0) return bytes.length
    const size = /^[0-9a-f]+\r$/i.test(this.#sizeLine) ? Number.parseInt(this.#sizeLine, 16) : 0
    if (size === 0) throw new Error(`a stream ended, or was no stream: ${JSON.stringify(this.#sizeLine)}`)
    this.#sizeLine = ''
    this.#left = size + lineEnd
    return end + 1
  }

  #readInside(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left - lineEnd)
    this.#left -= end - at
    this.#onBytes(bytes.subarray(at, end))
    return end
  }

  #skip(bytes: Buffer, at: number): number {
    const count = Math.min(this.#left, bytes.length - at)
    this.#left -= count
    return at + count
  }
}

const lineEnd = 2
