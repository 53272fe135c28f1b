import { mock } from 'node:test'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { LeaderWatch } from '../../web/src/api/leader-watch.ts'
import { Leadership } from '../../web/src/api/leadership.ts'
import { eventually } from '../support/eventually.ts'

/** Which of several tabs leads, and when another one takes the lead from it. */

/** A tab that notes what it is told. */
function tab(t: ExecutionContext, name: string) {
  const told: string[] = []
  const leadership = new Leadership(name)
  leadership.follow({ begin: () => void told.push('begin'), end: () => void told.push('end') })
  t.teardown(() => leadership.resign())
  return { leadership, told }
}

test.serial('one tab leads at a time, and the next one does when it resigns', async (t) => {
  const [first, second] = [tab(t, 'the lead'), tab(t, 'the lead')]
  await eventually(() => first.told.length === 1)
  t.deepEqual(second.told, [])

  first.leadership.resign()
  await eventually(() => second.told.length === 1)

  t.deepEqual(first.told, ['begin', 'end'])
  t.deepEqual(second.told, ['begin'])
})

test.serial('whoever follows one that leads already begins at once', async (t) => {
  const { leadership, told } = tab(t, 'led already')
  await eventually(() => told.length === 1)
  let begun = 0

  leadership.follow({ begin: () => (begun += 1), end: () => undefined })

  t.is(begun, 1)
})

test.serial('the lead can be taken; the one that had it is told so, and waits for its turn', async (t) => {
  const [first, second] = [tab(t, 'to be taken'), tab(t, 'to be taken')]
  await eventually(() => first.told.length === 1)

  second.leadership.seize()
  await eventually(() => first.told.length === 2 && second.told.length === 1)
  t.deepEqual([first.told, second.told], [['begin', 'end'], ['begin']])

  // Nobody takes it from oneself.
  second.leadership.seize()
  second.leadership.resign()
  await eventually(() => first.told.length === 3)
  t.deepEqual(
    [first.told, second.told],
    [
      ['begin', 'end', 'begin'],
      ['begin', 'end'],
    ],
  )
})

test.serial('who left while waiting never leads', async (t) => {
  const [first, second, third] = [tab(t, 'left'), tab(t, 'left'), tab(t, 'left')]
  await eventually(() => first.told.length === 1)

  second.leadership.resign()
  second.leadership.seize()
  first.leadership.resign()
  await eventually(() => third.told.length === 1)

  t.deepEqual(second.told, [])
})

test.serial('where locks are refused every tab leads', async (t) => {
  // Names that begin like this are refused by every implementation.
  const tabs = [tab(t, '-refused'), tab(t, '-refused')]

  await eventually(() => tabs.every(({ told }) => told.length === 1))
  t.deepEqual(
    tabs.map(({ told }) => told),
    [['begin'], ['begin']],
  )
})

/** A watch whose clock goes on when it is told to. */
function watched(t: ExecutionContext) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const seen = { asked: 0, silences: 0 }
  const watch = new LeaderWatch({ ask: () => (seen.asked += 1), onSilence: () => (seen.silences += 1) })
  const seconds = (count: number): void => {
    for (let second = 0; second < count; second += 1) mock.timers.tick(1000)
  }
  return { seen, watch, seconds }
}

test.serial('a leading tab is silent once it has left five questions unanswered, and is asked on', (t) => {
  const { seen, watch, seconds } = watched(t)

  watch.begin()
  seconds(4)
  t.deepEqual(seen, { asked: 5, silences: 0 })
  seconds(1)
  t.deepEqual(seen, { asked: 6, silences: 1 })
  seconds(5)

  t.deepEqual(seen, { asked: 11, silences: 2 })
  watch.stop()
  seconds(10)
  t.is(seen.asked, 11)
})

test.serial('one that cannot say yet what it is asked for is not silent', (t) => {
  const { seen, watch, seconds } = watched(t)

  watch.begin()
  for (let turn = 0; turn < 5; turn += 1) {
    seconds(4)
    watch.delayed()
  }

  t.deepEqual(seen, { asked: 21, silences: 0 })
})

test.serial('one that answered is asked again after a while, and may have fallen silent', (t) => {
  const { seen, watch, seconds } = watched(t)
  watch.begin()
  watch.answered()

  seconds(14)
  t.deepEqual(seen, { asked: 1, silences: 0 })
  seconds(1)
  t.deepEqual(seen, { asked: 2, silences: 0 })
  seconds(5)

  t.is(seen.silences, 1)
})
