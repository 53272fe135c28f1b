import type { Load, SocketPlan } from '../clients/plan.ts'

/** The shape of a measure: rooms, who is in them, who speaks, and how much. */
export interface ChatLoad {
  rooms: number
  listeners: number
  /** Of the listeners of each room. */
  speakers: number
  load: Load
}

/** Where people come in: the one address of Nginx, which spreads them, each server in turn, or the first server alone. */
export interface Doors {
  address: string
  servers: readonly string[]
  through: 'nginx' | 'servers' | 'one server'
}

/** Sockets of all rooms, room by room. `tokens` has one for each, where the contestant asks for them. */
export function socketsOf(
  { rooms, listeners, speakers }: ChatLoad,
  doors: Doors,
  people: { roomNames: readonly string[]; tokens: readonly string[] },
): SocketPlan[] {
  return Array.from({ length: rooms * listeners }, (_, index) => {
    const room = Math.floor(index / listeners)
    const place = index % listeners
    const { hostname, port } = new URL(doorOf(doors, index))
    return {
      host: hostname === 'localhost' ? '127.0.0.1' : hostname,
      port: Number(port),
      // A network of its own for each, by which Nginx spreads.
      from: `127.${1 + (index >> 8)}.${index & 255}.1`,
      token: people.tokens[index],
      room: people.roomNames[room] ?? String(room),
      sender: place < speakers ? room * speakers + place : undefined,
    }
  })
}

function doorOf({ address, servers, through }: Doors, index: number): string {
  if (through === 'nginx') return address
  return servers[through === 'servers' ? index % servers.length : 0] ?? address
}
