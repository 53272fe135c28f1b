import { serveRooms } from './ws-room-server.ts'

/** Plain ws on two servers, joined by Redis pub/sub. Keeps nothing; acknowledges when Redis has published. The bound of what keeping later can hope for. */
serveRooms(async () => undefined)
