import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import { connectRedis, listen, socketPath } from './parts.ts'

/**
 * Socket.IO with connection state recovery over @socket.io/redis-streams-adapter, as the adapter's documentation shows it.
 *
 * Keeps the newest 10,000 packets in one Redis stream, for clients that come back within two minutes; with `appendfsync always` they are
 * on disk. Acknowledges when the packet was handed to Redis, not when Redis has it. Keeps nothing beyond that, and knows neither sessions nor seats.
 */
const io = new Server(listen(), {
  path: socketPath,
  addTrailingSlash: false,
  transports: ['websocket'],
  adapter: createAdapter(connectRedis()),
  connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1000, skipMiddlewares: true },
})

io.on('connection', (socket) => {
  socket.on('join', async (room: string, done: () => void) => {
    await socket.join(room)
    done()
  })
  socket.on('send', (room: string, body: string, done: () => void) => {
    io.to(room).emit('message', { room, from: socket.id, at: new Date().toISOString(), body })
    done()
  })
})
