import test from 'ava'
import { call, signUp } from '../accounts/client.ts'
import { filesIn, send, upload } from '../media/house.ts'
import { metadataOf } from '../media/metadata.ts'
import { photo, quartersOf, secrets, uprightQuarters } from '../media/pictures.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test)
const front = () => ({ origin: stack().address })

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
      const answer = await fetch(`${stack().address}${trick}`)
      t.true([400, 404].includes(answer.status), `${trick}: ${answer.status}`)
      t.is(answer.headers.get('content-type'), 'application/problem+json', trick)
      await answer.arrayBuffer()
    }

    await stack().start('worker-1')
    const there = await ready(alice.access, id)
    t.is((await fetch(`${stack().address}${there['thumb']}`)).status, 200)
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
