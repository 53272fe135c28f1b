import test from 'ava'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { filesIn, houseOf, idOf, rowOf, show, somebody, upload } from './house.ts'
import type { House } from './house.ts'
import { metadataOf } from './metadata.ts'
import { noise, photo, quartersOf, secrets, upright, uprightQuarters } from './pictures.ts'
import type { MediaId } from '../../src/platform/ids.ts'

const house = houseOf(test)

const endings = ['thumb.webp', 'feed.webp', 'full.webp', 'full.jpg'] as const

async function renditions({ config }: House, name: string): Promise<Buffer[]> {
  const folder = path.join(config.MEDIA_FOLDER, 'public', name.slice(0, 2))
  return Promise.all(endings.map((ending) => readFile(path.join(folder, `${name}.${ending}`))))
}

async function rendered(bytes: Buffer): Promise<{ id: MediaId; name: string; files: Buffer[] }> {
  const id = idOf(await upload(house(), somebody(), bytes))
  await house().work.render(id)
  const row = await rowOf(house(), id)
  if (row?.state !== 'ready') throw new Error(`not rendered: ${JSON.stringify(row)}`)
  return { id, name: row.name, files: await renditions(house(), row.name) }
}

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`a photo of orientation ${orientation} is upright, and says nothing about the camera or the place`, async (t) => {
    const bytes = await photo(orientation)
    const sent = metadataOf(bytes)
    t.is(sent.exif?.Orientation?.value, orientation)
    t.truthy(sent.gps?.Latitude)
    t.is((await sharp(bytes).metadata()).width, orientation > 4 ? 160 : 240)

    const { id, files } = await rendered(bytes)

    const row = await rowOf(house(), id)
    t.like(row, { width: 240, height: 160 })
    for (const file of files) {
      t.deepEqual(await quartersOf(file), uprightQuarters)
      const { width, height, orientation: turned, exif, icc, xmp, iptc } = await sharp(file).metadata()
      t.deepEqual(
        { width, height, turned, exif, icc, xmp, iptc },
        {
          ...{ width: 240, height: 160, turned: undefined },
          ...{ exif: undefined, icc: undefined, xmp: undefined, iptc: undefined },
        },
      )
      const { file: ofFile, exif: ofExif, gps, xmp: ofXmp, icc: ofIcc } = metadataOf(file)
      t.truthy(ofFile)
      t.deepEqual([ofExif, gps, ofXmp, ofIcc], [undefined, undefined, undefined, undefined])
      t.false(file.includes(secrets.camera))
    }
  })
}

test('an upload is there at once with its size and a placeholder, then ready with four files, and the original is gone', async (t) => {
  const alice = somebody()

  const reply = await upload(house(), alice, await upright(2400, 1200).jpeg().toBuffer())

  t.is(reply.status, 201)
  t.like(reply.body, { state: 'processing', width: 2400, height: 1200 })
  t.is(reply.headers.get('location'), `/v1/media/${String(reply.body['id'])}`)
  const placeholder = Buffer.from(String(reply.body['placeholder']), 'base64')
  t.true(Math.abs(thumbHashToApproximateAspectRatio(placeholder) - 2) < 0.5)
  const id = idOf(reply)
  const name = (await rowOf(house(), id))?.name ?? ''
  t.regex(name, /^[\w-]{22}$/)
  t.deepEqual(
    (await filesIn(house())).filter((file) => file.includes(name)),
    [`private/${name}`],
  )

  await house().work.render(id)

  const shown = await show(house(), alice, String(id))
  t.like(shown.body, { state: 'ready', width: 2400, height: 1200 })
  t.deepEqual(shown.body['urls'], {
    thumb: `/media/${name}.thumb.webp`,
    feed: `/media/${name}.feed.webp`,
    full: `/media/${name}.full.webp`,
    jpeg: `/media/${name}.full.jpg`,
  })
  const files = (await filesIn(house())).filter((file) => file.includes(name))
  t.deepEqual(files, endings.map((ending) => `public/${name}.${ending}`).toSorted())
  const sizes = await Promise.all((await renditions(house(), name)).map((file) => sharp(file).metadata()))
  t.deepEqual(
    sizes.map(({ format, width, height }) => [format, width, height]),
    [
      ['webp', 320, 160],
      ['webp', 1080, 540],
      ['webp', 2048, 1024],
      ['jpeg', 2048, 1024],
    ],
  )
})

test('a small picture is not made larger, and what is transparent lies on white where JPEG cannot show it', async (t) => {
  const glass = await sharp({
    create: { width: 20, height: 10, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  })
    .png()
    .toBuffer()

  const { files } = await rendered(glass)

  for (const file of files) t.like(await sharp(file).metadata(), { width: 20, height: 10 })
  const [thumb, , , jpeg] = await Promise.all(
    files.map((file) => sharp(file).raw().toBuffer({ resolveWithObject: true })),
  )
  t.is(thumb?.info.channels, 4)
  t.is(thumb?.data[3], 0)
  t.deepEqual([...(jpeg?.data.subarray(0, 3) ?? [])], [255, 255, 255])
})

test('colours of a wider space are turned into those of sRGB, and 16 bits, grey and CMYK into what browsers show', async (t) => {
  const red = sharp({ create: { width: 16, height: 16, channels: 3, background: '#ff0000' } })
  const wide = await red.clone().withIccProfile('p3').png().toBuffer()
  const deep = await upright().toColourspace('rgb16').png().toBuffer()
  const grey = await noise(40, 40).toColourspace('b-w').jpeg().toBuffer()
  const print = await upright().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer()
  t.truthy((await sharp(wide).metadata()).icc)

  const [first = Buffer.alloc(0)] = (await rendered(wide)).files
  const pixel = await sharp(first).removeAlpha().raw().toBuffer()
  t.true((pixel[0] ?? 0) > 245 && (pixel[1] ?? 255) < 20, `${pixel[0]} ${pixel[1]} ${pixel[2]}`)
  for (const bytes of [deep, print]) {
    for (const file of (await rendered(bytes)).files) {
      t.like(await sharp(file).metadata(), { space: 'srgb', depth: 'uchar', icc: undefined })
      // Ink has no pure green and blue, but the corner of paper is white and that of red is red.
      const [corner, , , paper] = await quartersOf(file)
      t.deepEqual([corner, paper], ['r', 'rgb'])
    }
  }
  for (const file of (await rendered(grey)).files) t.is((await sharp(file).metadata()).depth, 'uchar')
})

test('PNG, WebP, AVIF and a still GIF are accepted, whatever the file is called', async (t) => {
  for (const format of ['png', 'webp', 'avif', 'gif'] as const) {
    const bytes = await upright().toFormat(format).toBuffer()
    const { files } = await rendered(bytes)
    for (const file of files) t.deepEqual(await quartersOf(file), uprightQuarters, format)
  }
})

test('a very long and thin picture keeps at least one pixel of its width', async (t) => {
  const { files } = await rendered(
    await sharp({ create: { width: 6000, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  )

  t.deepEqual(await Promise.all(files.map(async (file) => (await sharp(file).metadata()).height)), [1, 1, 1, 1])
})
