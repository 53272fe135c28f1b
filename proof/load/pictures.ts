import sharp from 'sharp'
import type { Chance } from '../chance.ts'

const boundary = 'a-boundary-that-no-picture-holds'

/** A small picture of a few coloured blocks, as the body of an upload. The same bytes for the same chance. */
export async function pictureForm(chance: Chance): Promise<{ bytes: Buffer; type: string }> {
  const [width, height] = [chance.whole(8, 96), chance.whole(8, 96)]
  const pixels = Buffer.alloc(width * height * 3)
  const shade = [chance.whole(0, 255), chance.whole(0, 255), chance.whole(0, 255)]
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (shade[at % 3] ?? 0) ^ (Math.floor(at / 24) & 63)
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } })
  const isPng = chance.is(0.5)
  const file = await (isPng ? picture.png() : picture.jpeg()).toBuffer()
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="picture.${isPng ? 'png' : 'jpg'}"\r\n` +
    `content-type: image/${isPng ? 'png' : 'jpeg'}\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { bytes, type: `multipart/form-data; boundary=${boundary}` }
}
