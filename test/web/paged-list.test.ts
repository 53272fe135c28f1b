import test from 'ava'
import type { Page } from '../../web/src/api/types.ts'
import { pagedList } from '../../web/src/ui/paged-list.ts'

const page = (items: string[], next?: string): Page<string> => ({ items, page: next === undefined ? {} : { next } })

/** Pages whose answers come when a test says so. */
function pages() {
  const asked: { cursor: string | undefined; answer: (page: Page<string>) => void; fail: () => void }[] = []
  const list = pagedList<string>(
    (cursor) =>
      new Promise((resolve, reject) =>
        asked.push({ cursor, answer: resolve, fail: () => reject(new Error('offline')) }),
      ),
    (item) => item,
  )
  return { list, asked }
}

test('a list is read page by page to its end, and what has moved is not shown twice', async (t) => {
  const { list, asked } = pages()

  const first = list.more()
  asked[0]?.answer(page(['a', 'b'], '2'))
  await first
  const second = list.more()
  asked[1]?.answer(page(['b', 'c']))
  await second
  await list.more()

  t.deepEqual(list.items.value, ['a', 'b', 'c'])
  t.deepEqual(
    asked.map(({ cursor }) => cursor),
    [undefined, '2'],
  )
  t.true(list.isAtEnd.value)
})

test('while a page is being read no second one is asked for', async (t) => {
  const { list, asked } = pages()

  const first = list.more()
  await list.more()

  t.is(asked.length, 1)
  t.true(list.isLoading.value)
  asked[0]?.answer(page([]))
  await first
  t.false(list.isLoading.value)
})

test('what failed is said, leaves what is shown, and can be tried again', async (t) => {
  const { list, asked } = pages()
  const first = list.more()
  asked[0]?.answer(page(['a'], '2'))
  await first

  const failed = list.more()
  asked[1]?.fail()
  await failed

  t.true(list.problem.value instanceof Error)
  t.deepEqual(list.items.value, ['a'])
  const again = list.more()
  t.true(list.problem.value instanceof Error && list.isLoading.value)
  asked[2]?.answer(page(['b']))
  await again
  t.is(list.problem.value, undefined)
  t.deepEqual(list.items.value, ['a', 'b'])
})

test('an answer that comes after a reload was asked for is late', async (t) => {
  const { list, asked } = pages()

  const late = list.more()
  const reload = list.reload()
  asked[1]?.answer(page(['new']))
  await reload
  asked[0]?.answer(page(['old'], '2'))
  await late

  t.deepEqual(list.items.value, ['new'])
  t.true(list.isAtEnd.value)
  t.false(list.isLoading.value)
})

test('what was told while a page was on its way is in it, though the page is older', async (t) => {
  const { list, asked } = pages()
  const withC = (items: readonly string[]): string[] => [...items.filter((item) => item !== 'c'), 'c']

  const first = list.more()
  list.change(withC)
  asked[0]?.answer(page(['a', 'b'], '2'))
  await first
  t.deepEqual(list.items.value, ['a', 'b', 'c'])

  const second = list.more()
  list.change((items) => items.filter((item) => item !== 'd'))
  asked[1]?.answer(page(['d', 'e']))
  await second
  t.deepEqual(list.items.value, ['a', 'b', 'c', 'e'])
})

test('what was told before a reading began is not made again', async (t) => {
  const { list, asked } = pages()
  const late = list.more()
  list.change((items) => [...items, 'told'])

  const reload = list.reload()
  asked[1]?.answer(page(['a']))
  asked[0]?.answer(page(['old']))
  await Promise.all([late, reload])

  t.deepEqual(list.items.value, ['a'])
})

test('a list that was cleared knows nothing, and takes in nothing that was on its way', async (t) => {
  const { list, asked } = pages()
  const first = list.more()
  asked[0]?.answer(page(['a']))
  await first
  const late = list.reload()

  list.clear()
  asked[1]?.answer(page(['b']))
  await late

  t.is(list.items.value, undefined)
  t.false(list.isAtEnd.value)
  t.false(list.isLoading.value)
})

test('a reload reads down to as many as are shown: nobody is thrown back to the first page', async (t) => {
  const { list, asked } = pages()
  const first = list.more()
  asked[0]?.answer(page(['a', 'b'], '2'))
  await first
  const second = list.more()
  asked[1]?.answer(page(['c', 'd'], '4'))
  await second

  const reload = list.reload()
  asked[2]?.answer(page(['new', 'a'], '2'))
  await new Promise(setImmediate)
  t.deepEqual(list.items.value, ['a', 'b', 'c', 'd'])
  asked[3]?.answer(page(['a', 'c'], '4'))
  await new Promise(setImmediate)
  asked[4]?.answer(page(['d', 'e'], '6'))
  await reload

  t.deepEqual(list.items.value, ['new', 'a', 'c', 'd', 'e'])
  t.deepEqual(
    asked.map(({ cursor }) => cursor),
    [undefined, '2', undefined, '2', '4'],
  )
  t.false(list.isAtEnd.value)
})

test('a reload of several pages reads no further once the list is cleared', async (t) => {
  const { list, asked } = pages()
  const first = list.more()
  asked[0]?.answer(page(['a', 'b', 'c']))
  await first

  const late = list.reload()
  list.clear()
  asked[1]?.answer(page(['a'], '1'))
  await late

  t.is(asked.length, 2)
  t.is(list.items.value, undefined)
})

test('a reload that failed is made again by what reads on, also at the end of the list', async (t) => {
  const { list, asked } = pages()
  const first = list.more()
  asked[0]?.answer(page(['a']))
  await first
  const failed = list.reload()
  asked[1]?.fail()
  await failed
  t.true(list.problem.value instanceof Error)

  const again = list.more()
  asked[2]?.answer(page(['b', 'a']))
  await again

  t.deepEqual(list.items.value, ['b', 'a'])
  t.is(list.problem.value, undefined)
})
