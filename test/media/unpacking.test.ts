import test from 'ava'
import { bombPng } from './bad-pictures.ts'
import { houseOf, idOf, rowOf, somebody, upload } from './house.ts'

const house = houseOf(test)

test('a PNG with a text that unpacks to 200 MB is taken as the picture it is, and the text is never unpacked', async (t) => {
  const bomb = await bombPng()
  const before = process.memoryUsage.rss()

  const reply = await upload(house(), somebody(), bomb)

  t.true(process.memoryUsage.rss() - before < 100 * 1024 ** 2, `${process.memoryUsage.rss() - before} bytes`)
  await house().work.render(idOf(reply))
  t.is((await rowOf(house(), idOf(reply)))?.state, 'ready')
})
