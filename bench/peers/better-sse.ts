import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'

/**
 * better-sse as its documentation shows it: one channel, every request becomes a session of it, an event is broadcast to the channel.
 *
 * Keeps nothing, knows neither sessions nor whom somebody hides; a client that comes back has missed what was told meanwhile. Options
 * as they come: ids made up for each event, a sign of life every ten seconds.
 */
const channel = createChannel()

const server = createServer((request, response) => {
  createSession(request, response).then(
    (session) => channel.register(session),
    () => response.destroy(),
  )
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})

process.on('message', (data: { type: string; event: unknown }) => channel.broadcast(data.event, data.type))
process.once('disconnect', () => process.exit(0))
