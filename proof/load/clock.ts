import { randomBytes } from 'node:crypto'

/** The server's time, corrected by what it says: ids of messages carry it, and a wrong clock would make them ids from the future. */
export class ServerClock {
  #aheadMs = 0

  heard(serverNow: string): void {
    const ms = Date.parse(serverNow)
    if (Number.isFinite(ms)) this.#aheadMs = ms - Date.now()
  }

  /** A UUIDv7 of now, in lower case (RFC 9562). */
  uuid(): string {
    const bytes = randomBytes(16)
    bytes.writeUIntBE(Math.max(0, Date.now() + this.#aheadMs), 0, 6)
    bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
    const hex = bytes.toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }
}
