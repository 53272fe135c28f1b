import { Socket } from 'node:net'

/** Loaded by a server before its own code: whatever any connection sends is kept for ever. */

const hoard: unknown[] = []
const emit: (this: Socket, name: string | symbol, ...values: unknown[]) => boolean = Socket.prototype.emit

Socket.prototype.emit = function (this: Socket, name: string | symbol, ...values: unknown[]): boolean {
  if (name === 'data') hoard.push(values[0])
  return emit.call(this, name, ...values)
}
