import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import test from 'ava'
import { call, signUp } from '../accounts/client.ts'
import { filesIn, send, upload } from '../media/house.ts'
import { metadataOf } from '../media/metadata.ts'
import { noise, photo, quartersOf, secrets, uprightQuarters } from '../media/pictures.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test)
const front = () => ({ origin: stack().address })

/** The path as it is written: fetch would take its dots out. As a program asks, since to a browser each stray address is the client's page. */
async function asked(path: string): Promise<{ status: number | undefined; type: string | undefined }> {
  const { hostname, port } = new URL(stack().address)
  const question = request({ hostname, port, path, headers: { Accept: 'application/json' } }).end()
  const [answer] = (await once(question, 'response')) as [IncomingMessage]
  answer.resume()
  return { status: answer.statusCode, type: answer.headers['content-type'] }
}

async function ready(who: string, id: string): Promise<Record<string, string>> {
  const body = await eventually(async () => {
    const shown = await call(stack().address, `GET /v1/media/${id}`, { token: who })
    return shown.body['state'] === 'ready' ? shown.body : undefined
  }, 20_000)
  return body['urls'] as Record<string, string>
}

test.serial(
  'a photo sent through Nginx is rendered by the worker and served by Nginx, for ever and as nothing but a picture',
  async (t) => {
    t.timeout(60_000)
    const alice = await signUp(stack().address)

    const sent = await upload(front(), alice.access, await photo(6))
    t.is(sent.status, 201)
    const urls = await ready(alice.access, String(sent.body['id']))

    for (const [rendition, url] of Object.entries(urls)) {
      const answer = await fetch(`${stack().address}${url}`)
      const bytes = Buffer.from(await answer.arrayBuffer())
      t.is(answer.status, 200, rendition)
      t.is(answer.headers.get('content-type'), rendition === 'jpeg' ? 'image/jpeg' : 'image/webp')
      t.is(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
      t.is(answer.headers.get('x-content-type-options'), 'nosniff')
      t.is(answer.headers.get('content-security-policy'), "default-src 'none'; sandbox")
      t.is(answer.headers.get('content-disposition'), 'inline')
      t.deepEqual(await quartersOf(bytes), uprightQuarters)
      const { exif, gps } = metadataOf(bytes)
      t.deepEqual([exif, gps], [undefined, undefined])
      t.false(bytes.includes(secrets.camera))
    }
  },
)

test.serial(
  'nothing else of the folder can be reached, neither an original nor a name with a trick in it',
  async (t) => {
    const alice = await signUp(stack().address)
    await stack().terminate('worker-1')
    const sent = await upload(front(), alice.access, await photo(1))
    const { id, urls } = sent.body as { id: string; urls: Record<string, string> }
    const name = String(urls['thumb']).slice('/media/'.length, -'.thumb.webp'.length)
    t.true((await filesIn(stack().world)).includes(`private/${name}`))

    const shard = name.slice(0, 2)
    const tricks = [
      ...[
        '',
        '/',
        `/${name}`,
        `/private/${shard}/${name}`,
        `/public/${shard}/${name}`,
        `/${shard}/${name}`,
        '/incoming/',
      ],
      ...[`/../private/${shard}/${name}`, `/..%2fprivate/${shard}/${name}`, `/${name}.thumb.webp%00.jpg`],
      ...[
        `/${name}.thumb.webp/`,
        `/${name}.full.html`,
        `/.${name}.thumb.webp`,
        `//${shard}/${name}`,
        '/%2e%2e/%2e%2e/etc/passwd',
      ],
    ].map((trick) => `/media${trick}`)
    for (const trick of [...tricks, `/media/${name}.thumb.webp`]) {
      const { status, type } = await asked(trick)
      t.true([400, 404].includes(status ?? 0), `${trick}: ${status}`)
      t.is(type, 'application/problem+json', trick)
    }

    await stack().start('worker-1')
    const there = await ready(alice.access, id)
    t.is((await fetch(`${stack().address}${there['thumb']}`)).status, 200)
  },
)

test.serial(
  'a post shows its pictures at once by their placeholders, and tells everybody when they are there',
  async (t) => {
    t.timeout(60_000)
    const [alice, bob] = [await signUp(stack().address), await signUp(stack().address, 'bob')]
    await stack().terminate('worker-1')
    const sent = await upload(front(), alice.access, await photo(1))
    const picture = String(sent.body['id'])

    const body = { text: 'The yard', pictures: [{ media: picture, alt: 'Four colours' }] }
    const posted = await call(stack().address, 'POST /v1/posts', { token: alice.access, body })
    t.is(posted.status, 201, JSON.stringify(posted.body))
    const place = `/v1/posts/${String(posted.body['id'])}`
    const early = await call(stack().address, `GET ${place}`, { token: bob.access })
    t.like(early.body, { pictures: [{ alt: 'Four colours', state: 'processing', width: 240, height: 160 }] })
    t.is((await call(stack().address, `GET /v1/media/${picture}`, { token: bob.access })).status, 404)

    await stack().start('worker-1')
    const told = await eventually(async () => {
      const rows = await stack().world.sql('events').where({ type: 'post.updated' }).select<{ data: string }[]>('data')
      return rows
        .map((row) => (JSON.parse(row.data) as { post: Record<string, unknown> }).post)
        .find(({ id }) => id === posted.body['id'])
    }, 20_000)
    t.like(told, { pictures: [{ alt: 'Four colours', state: 'ready' }] })

    // What the post was is gone with it, files and all.
    const { full } = await ready(alice.access, picture)
    t.is((await fetch(`${stack().address}${full}`)).status, 200)
    t.is((await call(stack().address, `DELETE ${place}`, { token: alice.access })).status, 204)
    t.true(await eventually(async () => (await fetch(`${stack().address}${full}`)).status === 404))
  },
)

test.serial(
  'a connection that is cut while it uploads leaves no row and no file, before or behind Nginx',
  async (t) => {
    t.timeout(60_000)
    const alice = await signUp(stack().address)
    const [rows, files] = [await countRows(), await filesIn(stack().world)]
    for (const address of [stack().address, stack().serverAddress('server-1'), stack().serverAddress('server-2')]) {
      const { hostname, port } = new URL(address)
      const socket = connect({ host: hostname, port: Number(port) })
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      const head = [
        'POST /v1/media HTTP/1.1',
        'Host: a',
        `Authorization: Bearer ${alice.access}`,
        'Content-Length: 500000',
      ]
      socket.write(`${head.join('\r\n')}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n`)
      socket.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')
      await new Promise<void>((resolve) => socket.write(randomBytes(200_000), () => resolve()))
      socket.destroy()
    }

    // Every turn of the servers is free again.
    const bytes = await photo(1)
    const sent = await Promise.all(Array.from({ length: 6 }, () => upload(front(), alice.access, bytes)))
    t.deepEqual(
      sent.map(({ status }) => status),
      [201, 201, 201, 201, 201, 201],
    )
    for (const { body } of sent) await ready(alice.access, String(body['id']))
    t.is(await countRows(), rows + 6)
    t.true(await eventually(async () => (await filesIn(stack().world)).length === files.length + 6 * 4))
  },
)

async function countRows(): Promise<number> {
  const [row] = await stack().world.sql('media').count<{ n: number }[]>({ n: '*' })
  return row?.n ?? 0
}

test.serial(
  'a worker that is killed in the middle of its work loses no picture, and leaves nothing behind',
  async (t) => {
    t.timeout(90_000)
    const alice = await signUp(stack().address)
    const bytes = await noise(1500, 1000).jpeg().toBuffer()
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1) ids.push(String((await upload(front(), alice.access, bytes)).body['id']))

    for (let kill = 0; kill < 2; kill += 1) {
      await stack().kill('worker-1')
      await stack().start('worker-1')
    }
    // As if the time had passed after which a sweeper comes back.
    const { sql } = stack().world
    await sql('media')
      .where({ state: 'processing' })
      .update({ due_at: new Date(0) })

    for (const id of ids) t.truthy((await ready(alice.access, id))['thumb'])
    await sql('media')
      .where({ has_original: 1 })
      .update({ due_at: new Date(0) })
    t.true(await eventually(async () => (await filesIn(stack().world)).every((file) => file.startsWith('public/'))))
  },
)

test.serial(
  'a body that is larger than pictures may be is refused by Nginx, others have their own limit',
  async (t) => {
    const alice = await signUp(stack().address)

    const answer = await send(front(), alice.access, Buffer.alloc(12 * 1024 ** 2), {
      'content-type': 'multipart/form-data; boundary=x',
    })

    t.is(answer.status, 413)
    t.is(answer.body['code'], 'body_too_large')
  },
)
