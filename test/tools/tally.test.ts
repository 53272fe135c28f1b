import test from 'ava'
import { Tally } from '../../tools/tally.ts'

test('each test counts once, colours and all', (t) => {
  const tally = new Tally()

  tally.read('\n  \u001B[32m✔\u001B[39m rooms › a seat is kept (127ms)\n  ✔ 3 tests passed is ')
  tally.read('the name of a test\n  ✘ [fail]: rooms › a kick is an entry\n  ─\n\n  1 test failed\n')

  t.deepEqual(tally.result(1), { passed: 2, failed: 1, skipped: 0 })
})

test('a run that ends badly has failed, even when every test passed', (t) => {
  const tally = new Tally()

  tally.read('  ✔ rooms › a seat is kept\n  ─\n\n  1 test passed\n')

  t.deepEqual(tally.result(0), { passed: 1, failed: 0, skipped: 0 })
  t.deepEqual(tally.result(1), { passed: 1, failed: 1, skipped: 0 })
})

test('what fails outside of tests counts as well', (t) => {
  const tally = new Tally()

  tally.read('  ✔ one\n  ─\n\n  1 test passed\n  1 uncaught exception\n  2 unhandled rejections\n')
  tally.read('  3 tests remained pending after a timeout\n')

  t.deepEqual(tally.result(1), { passed: 1, failed: 6, skipped: 0 })
})

test('a run without a test has failed', (t) => {
  t.deepEqual(new Tally().result(0), { passed: 0, failed: 1, skipped: 0 })
})

test('what was skipped is said', (t) => {
  const tally = new Tally()

  tally.read('  ✔ one\n  - [skip]: services › the browser of the tests runs the script of a page\n  ─\n')

  t.deepEqual(tally.result(0), { passed: 1, failed: 0, skipped: 1 })
})
