import { createAdapter } from '@socket.io/redis-adapter'
import { Server } from 'socket.io'
import { connectDatabase, connectRedis, keepMessage, listen, socketPath } from './parts.ts'

/**
 * What most tutorials build: Socket.IO on two servers, joined by @socket.io/redis-adapter as its documentation shows it with
 * ioredis, and one INSERT before the emit.
 *
 * Keeps every message as a row. Acknowledges when the row is on disk and the message was handed to Redis. Does not know sessions or seats, takes a
 * repeated message twice, has no order that is the same for all, and loses what pub/sub loses.
 */
const database = connectDatabase()
const publisher = connectRedis()
const io = new Server(listen(), {
  path: socketPath,
  addTrailingSlash: false,
  transports: ['websocket'],
  // Its own channels: all that run on one Redis would hear each other otherwise.
  adapter: createAdapter(publisher, publisher.duplicate(), { key: process.env['ADAPTER_KEY'] ?? 'socket.io' }),
})

io.on('connection', (socket) => {
  socket.on('join', async (room: string, done: () => void) => {
    await socket.join(room)
    done()
  })
  socket.on('send', async (room: string, body: string, done: (answer: { id: number }) => void) => {
    const id = await keepMessage(database, room, socket.id, body)
    io.to(room).emit('message', { id, room, from: socket.id, at: new Date().toISOString(), body })
    done({ id })
  })
})
