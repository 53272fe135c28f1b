import sharp from 'sharp'
import type { Sharp } from 'sharp'

/** Pictures as cameras and people send them, made here. */

const quarters = ['#ff0000', '#00ff00', '#0000ff', '#ffffff'] as const

/** Red, green on top; blue, white below: whichever way up it is, one sees it. */
export function upright(width = 240, height = 160): Sharp {
  const half = { width: width / 2, height: height / 2 }
  const places = [
    { left: 0, top: 0 },
    { left: half.width, top: 0 },
    { left: 0, top: half.height },
    { left: half.width, top: half.height },
  ]
  const parts = quarters.map((background, index) => ({
    input: { create: { ...half, channels: 3 as const, background } },
    ...places[index],
  }))
  return sharp({ create: { width, height, channels: 3, background: '#000000' } }).composite(parts)
}

/** How the pixels must lie (sharp mirrors before it turns), so that a reader who follows the EXIF orientation sees the picture upright. */
const laid: Record<number, (picture: Sharp) => Sharp> = {
  1: (picture) => picture,
  2: (picture) => picture.flop(),
  3: (picture) => picture.rotate(180),
  4: (picture) => picture.flip(),
  5: (picture) => picture.rotate(270).flop(),
  6: (picture) => picture.rotate(270),
  7: (picture) => picture.rotate(90).flop(),
  8: (picture) => picture.rotate(90),
}

export const secrets = { camera: 'Courtyard Camera 9', place: '37/1 33/1 59/1' }

/** A JPEG with this EXIF orientation, the place where it was taken, the camera, and a colour profile. */
export async function photo(orientation = 1): Promise<Buffer> {
  const pixels = sharp(await upright().png().toBuffer())
  const lay = laid[orientation] ?? ((picture: Sharp) => picture)
  const asLaid = sharp(await lay(pixels).png().toBuffer())
  return asLaid
    .withIccProfile('srgb')
    .withExif({
      IFD0: { Make: secrets.camera },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: secrets.place, GPSLongitudeRef: 'E', GPSLongitude: '126/1 58/1 40/1' },
    })
    .withMetadata({ orientation })
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>',
    )
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

/** Something that does not compress to nothing. */
export function noise(width: number, height: number): Sharp {
  return sharp({
    create: { width, height, channels: 3, background: '#888888', noise: { type: 'gaussian', mean: 128, sigma: 50 } },
  })
}

/** The colours of the four quarters, in reading order, as `rgb` letters of what is strong in them. */
export async function quartersOf(bytes: Buffer): Promise<string[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number): string => {
    const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return ['r', 'g', 'b'].filter((_, channel) => (data[offset + channel] ?? 0) > 150).join('')
  }
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)]
}
export const uprightQuarters = ['r', 'g', 'b', 'rgb']
