import { fileTypeFromBuffer } from 'file-type'
import sharp from 'sharp'
import type { Metadata, Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { Problem } from '../platform/errors.ts'
import type { Rendition } from './files.ts'
import { withoutPngTexts } from './png-texts.ts'

/** What is looked at here was made by a stranger: every byte of it. */

const accepted: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['image/avif', 'heif'],
  ['image/gif', 'gif'],
])
export const acceptedTypes = [...accepted.keys()]
const acceptedWords = 'JPEG, PNG, WebP, AVIF and GIF are accepted, without animation'

const loaders = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`)
const decodeSeconds = 20
/** Of a ThumbHash. */
const placeholderSide = 100
const fullSide = 2048

/** Once for the process: no decoder but ours answers, nothing is kept, and one picture keeps one core busy. */
export function prepareDecoders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: loaders })
  sharp.cache(false)
  sharp.concurrency(1)
}

export interface Facts {
  /** Upright. */
  width: number
  height: number
  /** ThumbHash in base64. */
  placeholder: string
}

/**
 * Decodes all of the picture once. Errors: `unsupported_picture`, `picture_too_large`, `broken_picture`.
 */
export async function inspectPicture(given: Buffer, { maxPixels }: { maxPixels: number }): Promise<Facts> {
  const type = await typeOf(given)
  const bytes = withoutPngTexts(given)
  if (isSequence(bytes)) throw unsupported(`an animated ${type}`)
  const head = await readHead(bytes)
  if (accepted.get(type) !== head.format) throw unsupported(type)
  if (type === 'image/avif' && head.compression !== 'av1') throw unsupported('image/heic')
  if ((head.pages ?? 1) > 1) throw unsupported(`an animated ${type}`)
  requireFewPixels(head, maxPixels)
  const { width, height } = head.autoOrient
  return { width, height, placeholder: await placeholderOf(bytes) }
}

async function typeOf(bytes: Buffer): Promise<string> {
  const mime = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime
  if (mime === undefined || !accepted.has(mime)) throw unsupported(mime)
  return mime
}

function unsupported(type: string | undefined): Problem {
  return new Problem('unsupported_picture', {
    detail: type === undefined ? acceptedWords : `This is ${type}: ${acceptedWords}`,
  })
}

/** The brand of AVIF films; their decoder does not tell them from stills that are broken. */
function isSequence(bytes: Buffer): boolean {
  return bytes.toString('latin1', 4, 12) === 'ftypavis'
}

/** Reads no pixel. */
async function readHead(bytes: Buffer): Promise<Metadata> {
  return orBroken(sharp(bytes, { limitInputPixels: false }).metadata())
}

function requireFewPixels({ width, height }: Metadata, maxPixels: number): void {
  if (width * height <= maxPixels) return
  throw new Problem('picture_too_large', {
    detail: `${width} × ${height} is more than ${maxPixels} pixels`,
    members: { maxPixels },
  })
}

async function placeholderOf(bytes: Buffer): Promise<string> {
  const size = { width: placeholderSide, height: placeholderSide, fit: 'inside' } as const
  const small = upright(bytes).resize(size).ensureAlpha().raw({ depth: 'uchar' })
  const { data, info } = await orBroken(small.toBuffer({ resolveWithObject: true }))
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64')
}

export interface Rendered {
  rendition: Rendition
  bytes: Buffer
  type: string
}

/**
 * New files from the pixels alone: upright, in sRGB, without metadata of any kind, and never larger than the picture was.
 * Error: `broken_picture`.
 */
export async function renderPicture(given: Buffer): Promise<Rendered[]> {
  const size = { width: fullSide, height: fullSide, fit: 'inside', withoutEnlargement: true } as const
  const decoding = upright(withoutPngTexts(given)).resize(size).raw({ depth: 'uchar' })
  const { data, info } = await orBroken(decoding.toBuffer({ resolveWithObject: true }))
  const full = (): Sharp => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
  const webp = (side: number): Promise<Buffer> =>
    full()
      .resize({ ...size, width: side, height: side })
      .webp({ quality: 82, smartSubsample: true })
      .toBuffer()
  const jpeg = full().flatten({ background: '#ffffff' }).jpeg({ quality: 84 }).toBuffer()
  return [
    { rendition: 'thumb', bytes: await webp(320), type: 'image/webp' },
    { rendition: 'feed', bytes: await webp(1080), type: 'image/webp' },
    { rendition: 'full', bytes: await webp(fullSide), type: 'image/webp' },
    { rendition: 'jpeg', bytes: await jpeg, type: 'image/jpeg' },
  ]
}

/**
 * A warning of a decoder is an error here: for JPEG that is how damaged pixels are told. Damaged EXIF is none: it is not even kept.
 */
function upright(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: true, sequentialRead: true, failOn: 'warning' })
    .autoOrient()
    .toColourspace('srgb')
    .timeout({ seconds: decodeSeconds })
}

async function orBroken<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding
  } catch (cause) {
    throw new Problem('broken_picture', { cause })
  }
}
