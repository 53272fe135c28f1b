import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { inspectPicture, prepareDecoders, renderPicture } from '../../src/media/picture.ts'
import { peakBytes } from '../support/memory.ts'

/** A process of its own that decodes the picture at its input and says by how many bytes that raised its peak. */

const ways: Record<string, (picture: Buffer) => Promise<unknown>> = {
  async ours(picture) {
    await inspectPicture(picture, { maxPixels: 50_000_000 })
    await renderPicture(picture)
  },
  /** What a house does that gives the decoder all that came. */
  careless: (picture) => sharp(picture).resize(100).raw().toBuffer(),
}

const decode = ways[process.argv[2] ?? '']
if (decode === undefined) throw new Error(`decode in one of these ways: ${Object.keys(ways).join(', ')}`)
prepareDecoders()
const picture = await buffer(process.stdin)
const before = peakBytes('self')
await decode(picture)
const after = peakBytes('self')
console.log(JSON.stringify({ grown: before === undefined || after === undefined ? null : after - before }))
