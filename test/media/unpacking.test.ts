import test from 'ava'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { withoutPngTexts } from '../../src/media/png-texts.ts'
import { bombPng, textsPng } from './bad-pictures.ts'
import { houseOf, idOf, rowOf, somebody, upload } from './house.ts'
import { noise, upright } from './pictures.ts'

const house = houseOf(test)
const mib = 1024 ** 2
const mostGrowth = 100 * mib

/** By how much the peak of a process that decodes this rises; null where the system does not say. */
async function growthOf(way: 'ours' | 'careless', picture: Buffer): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'decoding.ts'), way], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(picture)
  const { grown } = JSON.parse(await text(child.stdout)) as { grown: number | null }
  return grown
}

for (const type of ['zTXt', 'iTXt'] as const) {
  test(`a PNG with ${type} that unpacks to 80 MiB costs no memory, and a decoder that is given it all is found out`, async (t) => {
    t.timeout(60_000)
    const bomb = textsPng(type, 16, 5 * mib)
    t.true(bomb.length < 200_000)

    const [ours, careless] = [await growthOf('ours', bomb), await growthOf('careless', bomb)]

    t.log(`${ours} and ${careless} bytes more at the most`)
    if (ours === null || careless === null) return
    t.true(ours < mostGrowth)
    t.true(careless > mostGrowth)
  })
}

test('a PNG with texts is taken as the picture it is, whether they are many or one of 200 MB', async (t) => {
  for (const bomb of [await bombPng(), textsPng('zTXt', 16, 5 * mib), textsPng('iTXt', 16, 5 * mib)]) {
    const reply = await upload(house(), somebody(), bomb)

    await house().work.render(idOf(reply))
    t.is((await rowOf(house(), idOf(reply)))?.state, 'ready')
  }
})

test('texts alone are taken out of a PNG, wherever they stand, and of anything else nothing', async (t) => {
  const png = await noise(30, 20)
    .withExif({ IFD0: { ImageDescription: 'alice' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
  const jpeg = await upright().jpeg().toBuffer()
  const afterHead = 33
  const beforeEnd = png.length - 12
  const texts = textsPng('zTXt', 2, 1000, png).subarray(afterHead, -(png.length - afterHead))
  const written = [afterHead, beforeEnd, png.length].map((at) =>
    Buffer.concat([png.subarray(0, at), texts, png.subarray(at)]),
  )

  for (const one of written) t.deepEqual(withoutPngTexts(one), png)
  t.deepEqual(withoutPngTexts(png), png)
  t.deepEqual(withoutPngTexts(jpeg), jpeg)
  for (let length = 0; length < 60; length += 1) {
    t.deepEqual(withoutPngTexts(png.subarray(0, length)), png.subarray(0, length))
  }
  const endless = Buffer.concat([png.subarray(0, afterHead), Buffer.from('ffffffff7a545874', 'hex'), Buffer.alloc(9)])
  t.deepEqual(withoutPngTexts(endless), png.subarray(0, afterHead))
})
