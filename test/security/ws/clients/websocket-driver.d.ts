declare module 'websocket-driver' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  /** The part of it that the tests use. */
  export interface Driver extends EventEmitter {
    readonly io: Duplex
    readonly protocol: string | null
    readonly messages: EventEmitter
    setHeader(name: string, value: string): boolean
    start(): boolean
    text(message: string): boolean
    binary(message: Buffer): boolean
    ping(message: string): boolean
    pong(message: string): boolean
    close(reason: string, code: number): boolean
    /** Whatever its state: what the others are made of. */
    frame(payload: Buffer, type: 'ping'): boolean
  }
  const driver: { client(url: string, options: { protocols: readonly string[]; maxLength?: number }): Driver }
  export default driver
}
