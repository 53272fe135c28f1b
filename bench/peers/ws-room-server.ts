import { randomUUID } from 'node:crypto'
import { WebSocket, WebSocketServer } from 'ws'
import { connectRedis, listen, socketPath } from './parts.ts'

/** Runs before a message is published; what it answers travels with it. */
type Keep = (room: string, sender: string, body: string) => Promise<number | undefined>

interface Asked {
  type: 'join' | 'send'
  room: string
  ref: number
  body: string
}

/** Rooms over plain ws and pub/sub of ioredis: a channel a room, subscribed to while somebody is in it. */
export function serveRooms(keep: Keep): void {
  const publisher = connectRedis()
  const subscriber = connectRedis()
  const rooms = new Map<string, Set<WebSocket>>()

  subscriber.on('message', (channel: string, text: string) => {
    for (const socket of rooms.get(channel) ?? []) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    }
  })

  async function join(socket: WebSocket, room: string): Promise<void> {
    const members = rooms.get(room) ?? new Set()
    rooms.set(room, members.add(socket))
    await subscriber.subscribe(room)
    socket.on('close', () => members.delete(socket))
    socket.send(JSON.stringify({ type: 'joined', room }))
  }

  async function send(socket: WebSocket, sender: string, { room, ref, body }: Asked): Promise<void> {
    const id = await keep(room, sender, body)
    await publisher.publish(room, JSON.stringify({ type: 'message', id, room, from: sender, at: new Date(), body }))
    socket.send(JSON.stringify({ type: 'ack', ref, id }))
  }

  const server = new WebSocketServer({ server: listen(), path: socketPath, perMessageDeflate: false })
  server.on('connection', (socket) => {
    const sender = randomUUID()
    socket.on('message', (data) => {
      const asked = JSON.parse(String(data)) as Asked
      const work = asked.type === 'join' ? join(socket, asked.room) : send(socket, sender, asked)
      work.catch((error: unknown) => socket.send(JSON.stringify({ type: 'error', error: String(error) })))
    })
  })
}
