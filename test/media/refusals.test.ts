import test from 'ava'
import sharp from 'sharp'
import * as bad from './bad-pictures.ts'
import { filesIn, houseOf, rowOf, idOf, send, somebody, spaceOf, upload } from './house.ts'
import { metadataOf } from './metadata.ts'
import { photo, quartersOf, upright, uprightQuarters } from './pictures.ts'
import { selectRows } from '../../src/platform/mysql.ts'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const maxBytes = 300_000
const maxPixels = 100_000
const house = houseOf(test, { MEDIA_MAX_BYTES: maxBytes, MEDIA_MAX_PIXELS: maxPixels })

/** Neither a row nor a file is left of what was refused. */
async function traces(): Promise<unknown[]> {
  const rows = await selectRows(house().world.sql, 'SELECT id FROM media')
  const owners = await selectRows(house().world.sql, 'SELECT account_id FROM media_owners')
  return [...rows, ...owners, ...(await filesIn(house()))]
}

const refused: [string, string, () => Promise<Buffer> | Buffer][] = [
  ['an SVG with a script', 'unsupported_picture', () => bad.svg],
  ['a TIFF', 'unsupported_picture', () => upright().tiff().toBuffer()],
  ['a HEIC by its brand', 'unsupported_picture', () => bad.branded('heic')],
  ['a HEIF by its brand', 'unsupported_picture', () => bad.branded('mif1')],
  ['a sequence of AVIF', 'unsupported_picture', () => bad.branded('avis')],
  ['an animated GIF', 'unsupported_picture', () => bad.animated('gif')],
  ['an animated WebP', 'unsupported_picture', () => bad.animated('webp')],
  ['an animated PNG', 'unsupported_picture', () => bad.animatedPng()],
  ['a page', 'unsupported_picture', () => Buffer.from(`<!doctype html>${bad.script}`)],
  ['a PDF', 'unsupported_picture', () => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')],
  ['text', 'unsupported_picture', () => Buffer.from('hello')],
  ['one byte', 'unsupported_picture', () => Buffer.from([0xff])],
  ['a head of JPEG and then a script', 'broken_picture', () => Buffer.from(`\xff\xd8\xff\xe0${bad.script}`, 'latin1')],
  ['a PNG of 50,000 by 50,000', 'picture_too_large', () => bad.hugePng(50_000, 50_000)],
  ...(['jpeg', 'png', 'webp', 'avif', 'gif'] as const).map((format): [string, string, () => Promise<Buffer>] => [
    `a ${format} that is cut off`,
    'broken_picture',
    () => bad.truncated(format),
  ]),
  ['a JPEG with damaged pixels', 'broken_picture', () => bad.damaged('jpeg')],
  ['a PNG with damaged pixels', 'broken_picture', () => bad.damaged('png')],
]

for (const [what, code, make] of refused) {
  test.serial(`${what} is refused as ${code}, and nothing is left of it`, async (t) => {
    const bytes = await make()

    const reply = await upload(house(), somebody(), bytes, { name: 'holiday.jpg.png', type: 'image/png' })

    t.is(reply.body['code'], code, JSON.stringify(reply.body))
    t.deepEqual(await traces(), [])
    if (code === 'unsupported_picture') t.regex(String(reply.body['detail']), /JPEG, PNG, WebP, AVIF and GIF/)
  })
}

test.serial('what is wrong with the form is said, and nothing is left', async (t) => {
  const picture = await photo()
  const form = (parts: [string, Buffer | string][]): FormData => {
    const filled = new FormData()
    for (const [name, value] of parts) {
      if (typeof value === 'string') filled.append(name, value)
      else filled.append(name, new Blob([new Uint8Array(value)], { type: 'image/jpeg' }), 'a.jpg')
    }
    return filled
  }
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' }
  const open = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n'
  const tries: [string, FormData | string, Record<string, string>, string, string?][] = [
    ['another field', form([['picture', picture]]), {}, 'bad_input', 'limit_unexpected_file'],
    [
      'two files',
      form([
        ['file', picture],
        ['file', picture],
      ]),
      {},
      'bad_input',
      'limit_file_count',
    ],
    [
      'a field beside it',
      form([
        ['note', 'x'],
        ['file', picture],
      ]),
      {},
      'bad_input',
      'limit_field_count',
    ],
    [
      'a field of the prototype',
      form([
        ['__proto__[admin]', 'x'],
        ['file', picture],
      ]),
      {},
      'bad_input',
      'limit_field_count',
    ],
    ['many parts', form(Array.from({ length: 50 }, (_, n) => [`n${n}`, 'x'])), {}, 'bad_input', 'limit_field_count'],
    ['a text in its place', form([['file', 'text']]), {}, 'bad_input', 'limit_field_count'],
    ['no part', '--x--\r\n', multipart, 'bad_input', 'missing'],
    ['an empty file', form([['file', Buffer.alloc(0)]]), {}, 'bad_input', 'empty'],
    ['no boundary', 'x', { 'content-type': 'multipart/form-data' }, 'malformed'],
    ['no end', `${open}\r\n${'x'.repeat(100)}`, multipart, 'malformed'],
    ['a part without a head', '--x\r\nnonsense', multipart, 'malformed'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 'unsupported_media_type'],
    ['the bare picture', 'x', { 'content-type': 'image/jpeg' }, 'unsupported_media_type'],
    ['packed', 'x', { ...multipart, 'content-encoding': 'gzip' }, 'unsupported_media_type'],
  ]

  for (const [what, body, headers, code, fault] of tries) {
    const reply = await send(house(), somebody(), body, headers)
    t.is(reply.body['code'], code, `${what}: ${JSON.stringify(reply.body)}`)
    if (fault !== undefined) t.like(reply.body, { errors: [{ pointer: '/file', code: fault }] }, what)
  }
  t.deepEqual(await traces(), [])
  t.is(({} as Record<string, unknown>)['admin'], undefined)
})

test.serial('a picture of exactly the most bytes and pixels is taken, one more of either is not', async (t) => {
  const small = await photo()
  const flat = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'blue' } })
      .png()
      .toBuffer()
  const alice = somebody()

  t.is((await upload(house(), alice, bad.padded(small, maxBytes))).status, 201)
  t.is((await upload(house(), alice, bad.padded(small, maxBytes + 1))).body['code'], 'body_too_large')
  t.is((await upload(house(), alice, bad.padded(small, 5 * maxBytes))).body['code'], 'body_too_large')
  t.is((await upload(house(), alice, await flat(400, maxPixels / 400))).status, 201)
  const over = await upload(house(), alice, await flat(maxPixels + 1, 1))
  t.like(over.body, { code: 'picture_too_large', maxPixels })
  t.is((await spaceOf(house(), alice)).pictures, 2)
})

test.serial('names and types that a client makes up reach nothing', async (t) => {
  const picture = await photo()
  const alice = somebody()
  const names = [
    ...[
      '../../etc/passwd.jpg',
      '..%2f..%2fx.png',
      'a\0.png',
      'shell.php.jpg',
      `${'가'.repeat(100)}.png`,
      '한글.png',
      '.htaccess',
    ],
    ...['', ' ', 'con', 'x'.repeat(10_000), '"; filename="y', "'; DROP TABLE media; --"],
  ]

  for (const name of names) {
    const boundary = 'madang-boundary'
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/html\r\n\r\n`
    const body = Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)])
    const reply = await send(house(), alice, body, { 'content-type': `multipart/form-data; boundary=${boundary}` })
    if (reply.status !== 201) {
      t.true(['bad_input', 'malformed'].includes(String(reply.body['code'])), `${name}: ${JSON.stringify(reply.body)}`)
      continue
    }
    const row = await rowOf(house(), idOf(reply))
    t.regex(row?.name ?? '', /^[\w-]{22}$/)
  }
  for (const file of await filesIn(house()))
    t.regex(file, /^(private\/[\w-]{22}|public\/[\w-]{22}\.(thumb|feed|full)\.(webp|jpg))$/)
})

test.serial('what is a picture and something else is a picture alone when it is served', async (t) => {
  const bomb = await bad.pngWith('tEXt', Buffer.from(`Comment\0${bad.script}`, 'latin1'))
  for (const bytes of [await bad.gifAndScript(), await bad.pngAndZip(), bomb]) {
    t.true(bytes.includes(bad.script))
    const id = idOf(await upload(house(), somebody(), bytes, { name: 'a.html', type: 'text/html' }))
    await house().work.render(id)
    const { name = '' } = (await rowOf(house(), id)) ?? {}
    for (const ending of ['thumb.webp', 'feed.webp', 'full.webp', 'full.jpg']) {
      const file = await readFile(
        path.join(house().config.MEDIA_FOLDER, 'public', name.slice(0, 2), `${name}.${ending}`),
      )
      t.false(file.includes('script'))
      t.false(file.includes('PK\u0003\u0004'))
      t.deepEqual(await quartersOf(file), uprightQuarters)
      t.is(metadataOf(file).exif, undefined)
    }
  }
})

test.serial('a broken EXIF is no reason to refuse a picture', async (t) => {
  const bytes = await photo(6)
  const place = bytes.indexOf('Exif')
  t.true(place > 0)
  bytes.fill(0xff, place + 14, place + 100)

  const id = idOf(await upload(house(), somebody(), bytes))
  await house().work.render(id)

  t.is((await rowOf(house(), id))?.state, 'ready')
})
