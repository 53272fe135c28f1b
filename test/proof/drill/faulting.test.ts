import test from 'ava'
import { Faulting } from '../../../proof/drill/faulting.ts'
import type { Tried } from '../../../proof/drill/faulting.ts'
import { brokenLine, isBroken, tableOf } from '../../../proof/drill/summary.ts'
import { nothing } from '../../../proof/faults/fault.ts'
import type { Fault, Patient } from '../../../proof/faults/fault.ts'
import { History, now } from '../../../proof/history/history.ts'
import type { Incident } from '../../../proof/history/line.ts'

const patient: Patient = { pidOf: undefined, links: new Map(), inside: undefined }

function fault(inject: Fault['inject'], patienceMs?: number): Fault {
  const rest = patienceMs === undefined ? {} : { patienceMs }
  return { name: 'a: fault', says: 'something breaks', lasts: [0, 0], missing: () => undefined, inject, ...rest }
}

/** Made at once, for a minute unless everything is ended before. */
async function tried(
  one: Fault,
  mustHit = false,
): Promise<{ tried: readonly Tried[]; incidents: readonly Incident[] }> {
  const history = new History()
  const faulting = new Faulting(patient, history)
  faulting.begin([{ fault: one, atMs: 0, forMs: 60_000, seed: 'a', mustHit }])
  await new Promise((resolve) => setTimeout(resolve, 20))
  await faulting.end()
  return { tried: faulting.tried, incidents: history.lines.filter((line) => line.what !== 'send') as Incident[] }
}

const words = (incidents: readonly Incident[]): string[] => incidents.map(({ what, detail }) => `${what}: ${detail}`)

test('what was done is told with the moment before it was begun and the moment at which it was over', async (t) => {
  let doneAt = 0
  const slow = fault(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    doneAt = now()
    return { detail: 'it broke', heal: () => ({ detail: 'three were hit' }) }
  })
  const before = now()

  const { tried: found, incidents } = await tried(slow)

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'done', detail: 'three were hit' }])
  t.deepEqual(words(incidents), ['log: something breaks: begins', 'fault: it broke', 'healed: three were hit'])
  const [, made, over] = incidents
  t.true(made !== undefined && made.at >= before && made.at <= doneAt)
  t.true(over !== undefined && over.at >= doneAt)
})

test('what found nothing to hit excuses nothing: the history has no fault', async (t) => {
  const { tried: found, incidents } = await tried(fault(() => nothing('nobody was there')))

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'nothing', detail: 'nobody was there' }])
  t.deepEqual(
    incidents.filter(({ what }) => what !== 'log'),
    [],
  )
})

test('what was made and hit nobody in the end has taught nothing, either', async (t) => {
  const { tried: found } = await tried(
    fault(() => ({ detail: 'it waited', heal: () => ({ detail: '0 were hit', isNothing: true }) })),
  )

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'nothing', detail: '0 were hit' }])
})

test('what must hit something is made again until it finds it, and not undone before', async (t) => {
  let times = 0
  let looks = 0
  const rare = fault(() => {
    times += 1
    if (times < 3) return nothing('nobody was there')
    return {
      detail: 'it waited',
      hasHit: () => (looks += 1) > 2,
      heal: () => ({ detail: `hit after ${looks} looks`, isNothing: looks < 3 }),
    }
  })

  const { tried: found } = await tried(rare, true)

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'done', detail: 'hit after 3 looks' }])
  t.is(times, 3)
})

test('what must hit something and never finds it is told as nothing in the end', async (t) => {
  const { tried: found } = await tried(
    fault(() => nothing('nobody was there'), 150),
    true,
  )

  t.like(found, [{ fault: 'a: fault' }])
  t.not(found[0]?.outcome, 'done')
})

test('what cannot be made has failed, and is told as no fault', async (t) => {
  const failing = fault(() => Promise.reject(new Error('no connection')))

  const { tried: found, incidents } = await tried(failing)

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'failed', detail: 'could not be made: no connection' }])
  t.true(incidents.every(({ what }) => what === 'log'))
})

test('what takes longer than it may has failed, and is undone when it comes after all', async (t) => {
  let isHealed = false
  const { promise: late, resolve: arrive } = Promise.withResolvers<void>()
  const slow = fault(async () => {
    await late
    return { detail: 'late', heal: () => void (isHealed = true) }
  }, 30)

  const { tried: found } = await tried(slow)
  t.is(found[0]?.outcome, 'failed')
  t.regex(found[0]?.detail ?? '', /could not be made: took more than/)

  arrive()
  await new Promise((resolve) => setImmediate(resolve))
  t.true(isHealed)
})

test('what does not let go at once is told again', async (t) => {
  let times = 0
  const stubborn = fault(() => ({
    detail: 'it broke',
    heal() {
      times += 1
      if (times < 2) throw new Error('not yet')
    },
  }))

  t.is((await tried(stubborn)).tried[0]?.outcome, 'done')
  t.is(times, 2)
})

test('what never lets go has failed', async (t) => {
  const stuck = fault(() => ({ detail: 'it broke', heal: () => Promise.reject(new Error('no way')) }), 100)

  const { tried: found } = await tried(stuck)

  t.deepEqual(found, [{ fault: 'a: fault', outcome: 'failed', detail: 'could not be undone: no way' }])
})

test('a run without a verdict, or with a part that did not come back, is no good run', (t) => {
  const { error: _none, ...good } = brokenLine(1, [], 10, '')
  t.false(isBroken(good))
  t.true(isBroken({ ...good, error: 'redis: FLUSHALL could not be made' }))
  t.true(isBroken({ ...good, late: ['server-1 did not come back'] }))
  t.regex(tableOf([{ ...good, late: ['server-1 did not come back'] }]), /LATE server-1 did not come back\n/)
})
