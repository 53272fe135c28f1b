import { connectDatabase, keepMessage } from './parts.ts'
import { serveRooms } from './ws-room-server.ts'

/**
 * Plain ws on two servers, joined by Redis pub/sub, one INSERT before the publish.
 *
 * Keeps every message as a row. Acknowledges when the row is on disk and Redis has published it. Does not know sessions or seats, takes a repeated message
 * twice, has no order that is the same for all, and loses what pub/sub loses.
 */
const database = connectDatabase()
serveRooms((room, sender, body) => keepMessage(database, room, sender, body))
