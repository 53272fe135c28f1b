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
    ping(message: string, answered: () => void): boolean
    close(reason: string, code: number): boolean
  }
  const driver: { client(url: string, options: { protocols: readonly string[]; maxLength?: number }): Driver }
  export default driver
}
