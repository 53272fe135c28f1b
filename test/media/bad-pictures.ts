import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { noise, upright } from './pictures.ts'

/** Files that somebody could try, made here byte by byte where no encoder would make them. */

const signature = Buffer.from('89504e470d0a1a0a', 'hex')

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const length = Buffer.alloc(4)
  const sum = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

function head(width: number, height: number): Buffer {
  const content = Buffer.alloc(13)
  content.writeUInt32BE(width, 0)
  content.writeUInt32BE(height, 4)
  content.set([8, 2], 8)
  return chunk('IHDR', content)
}

/** A PNG with this chunk after its head. */
export async function pngWith(type: string, content: Buffer): Promise<Buffer> {
  const png = await upright().png().toBuffer()
  const afterHead = signature.length + 25
  return Buffer.concat([png.subarray(0, afterHead), chunk(type, content), png.subarray(afterHead)])
}

/** Claims so many pixels, and has a few bytes of them. */
export function hugePng(width: number, height: number): Buffer {
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(1000)))
  return Buffer.concat([signature, head(width, height), pixels, chunk('IEND', Buffer.alloc(0))])
}

/** So many packed texts of so many bytes each, in the head of a PNG. Each is small enough for a decoder that looks at one at a time. */
export function textsPng(type: 'zTXt' | 'iTXt', count: number, size: number, png = smallPng()): Buffer {
  const start = type === 'zTXt' ? 'Comment\0\0' : 'XML:com.adobe.xmp\0\u0001\0\0\0'
  const text = chunk(
    type,
    Buffer.concat([Buffer.from(start, 'latin1'), deflateSync(Buffer.alloc(size, 'a'), { level: 9 })]),
  )
  const afterHead = signature.length + 25
  return Buffer.concat([
    png.subarray(0, afterHead),
    ...Array.from({ length: count }, () => text),
    png.subarray(afterHead),
  ])
}

/** Eight by eight, black. */
function smallPng(): Buffer {
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(8 * (1 + 8 * 3))))
  return Buffer.concat([signature, head(8, 8), pixels, chunk('IEND', Buffer.alloc(0))])
}

/** Two hundred kilobytes, with a text that becomes 200 MB when it is unpacked. */
export function bombPng(): Promise<Buffer> {
  const packed = deflateSync(Buffer.alloc(200 * 1024 ** 2), { level: 9 })
  return pngWith('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packed]))
}

/** Of two frames. */
export async function animated(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = await Promise.all([upright().png().toBuffer(), upright().negate().png().toBuffer()])
  return sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer()
}

export async function animatedPng(): Promise<Buffer> {
  const control = Buffer.alloc(8)
  control.writeUInt32BE(2, 0)
  return pngWith('acTL', control)
}

/** A container of the ISO family whose brand says what is in it, with the pixels of an AVIF. */
export async function branded(brand: 'heic' | 'mif1' | 'avis'): Promise<Buffer> {
  const avif = await upright().avif().toBuffer()
  const copy = Buffer.from(avif)
  copy.write(brand, 8, 'latin1')
  return copy
}

export const script = '<script>alert(document.domain)</script>'
export const svg = Buffer.from(
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${script}</svg>`,
)

/** A GIF that is also a line of JavaScript. */
export async function gifAndScript(): Promise<Buffer> {
  const gif = await upright().gif().toBuffer()
  return Buffer.concat([gif, Buffer.from(`\n*/=1;alert(1)//${script}`)])
}

/** A PNG that an unpacker takes for an archive: those look from the end. */
export async function pngAndZip(): Promise<Buffer> {
  const entry = Buffer.alloc(30)
  entry.write('PK\u0003\u0004', 0, 'latin1')
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 0, 'latin1')
  return Buffer.concat([await upright().png().toBuffer(), entry, Buffer.from(script), end])
}

/** Cut off in the middle of its pixels. */
export async function truncated(format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'): Promise<Buffer> {
  const bytes = await sharp(await noise(200, 150).png().toBuffer())
    .toFormat(format)
    .toBuffer()
  return bytes.subarray(0, Math.floor(bytes.length * 0.6))
}

/** Whole, with some bytes in the middle of its pixels that are not what they were. JPEG has no sum of its own: its decoder notices what cannot be. */
export async function damaged(format: 'jpeg' | 'png'): Promise<Buffer> {
  const bytes = await sharp(await noise(200, 150).png().toBuffer())
    .toFormat(format)
    .toBuffer()
  const middle = Math.floor(bytes.length / 2)
  return bytes.fill(0xff, middle, middle + 500)
}

/** Bytes after the end of a picture, up to this size: readers overlook them. */
export function padded(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
}
