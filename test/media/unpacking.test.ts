import test from 'ava'
import { bombPng } from './bad-pictures.ts'
import { houseOf, idOf, rowOf, somebody, upload } from './house.ts'

const house = houseOf(test)

test('a text in a PNG that unpacks to 200 MB costs neither the time nor the memory', async (t) => {
  const bomb = await bombPng()
  const before = process.memoryUsage.rss()
  const began = performance.now()

  const reply = await upload(house(), somebody(), bomb)

  t.true(performance.now() - began < 3000, `${performance.now() - began} ms`)
  t.true(process.memoryUsage.rss() - before < 100 * 1024 ** 2, `${process.memoryUsage.rss() - before} bytes`)
  if (reply.status === 201) {
    await house().work.render(idOf(reply))
    t.is((await rowOf(house(), idOf(reply)))?.state, 'ready')
  } else t.is(reply.body['code'], 'broken_picture')
})
