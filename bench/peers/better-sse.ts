import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'

/**
 * better-sse as its documentation shows it: one channel, every request becomes a session of it, an event is broadcast to the channel.
 *
 * Keeps nothing, knows neither sessions nor whom somebody hides; a client that comes back has missed what was told meanwhile. Options
 * as they come: ids made up for each event, a sign of life every ten seconds. On a port as its documentation has it; with LISTEN_FILE
 * streams come in over that unix socket instead, as Madang's do.
 */
const channel = createChannel()
const file = process.env['LISTEN_FILE']

const server = createServer((request, response) => {
  // Whoever asks whether it is up wants an answer that ends.
  if (request.url === '/livez') {
    response.end('ok')
    return
  }
  createSession(request, response).then(
    (session) => channel.register(session),
    () => response.destroy(),
  )
})
const listening = (): void => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
}
if (file === undefined) server.listen(0, '127.0.0.1', listening)
else server.listen(file, listening)

process.on('message', (data: { type: string; event: unknown }) => channel.broadcast(data.event, data.type))
process.once('disconnect', () => process.exit(0))
