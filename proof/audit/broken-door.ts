import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { listening } from '../../test/support/listening.ts'
import type { Asked } from './asked.ts'

/** A door that is broken on purpose. A tool that finds nothing wrong with it would find nothing wrong with ours. */
export interface BrokenDoor {
  address: string
  asked: readonly Asked[]
  close(): Promise<void>
}

const mostConnections = 30

/** The query goes into the statement and into the page as it came, half of the uploads are an error, and thirty people are all it can take. */
export async function openBrokenDoor(databaseUrl: string): Promise<BrokenDoor> {
  const database = await createConnection(databaseUrl)
  const server: Server = createServer((request, response) => void answer(database, request, response))
  server.maxConnections = mostConnections
  server.headersTimeout = 0
  server.requestTimeout = 0
  const { origin, close } = await listening(server)
  return {
    address: origin,
    asked: [
      { line: 'GET /find', method: 'GET', pattern: '/find', parts: {}, query: { name: 'bob' }, body: undefined },
      { line: 'POST /keep', method: 'POST', pattern: '/keep', parts: {}, query: {}, body: { text: 'hello there' } },
    ],
    async close() {
      close()
      await database.end()
    },
  }
}

async function answer(database: Connection, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://here')
  const body = await readAll(request).catch(() => '')
  if (request.method === 'POST') {
    response.statusCode = body.includes('hello there') ? 200 : 500
    return void response.end('{}')
  }
  const name = url.searchParams.get('name') ?? ''
  response.setHeader('content-type', 'text/html')
  try {
    const [rows] = await database.query(`SELECT table_name FROM information_schema.tables WHERE table_name = '${name}'`)
    response.end(`<html><a href="/find?name=bob">${name}</a>${JSON.stringify(rows)}</html>`)
  } catch (error) {
    response.statusCode = 500
    response.end(`<html>${name} ${error instanceof Error ? error.message : ''}</html>`)
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
