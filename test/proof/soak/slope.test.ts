import test from 'ava'
import { Chance } from '../../../proof/chance.ts'
import { judgeSlope } from '../../../proof/soak/slope.ts'
import type { Point } from '../../../proof/soak/slope.ts'

const tolerance = { sharePerHour: 0.2, floorPerHour: 1 }

/** A sample every ten seconds. */
function watched(minutes: number, valueAt: (minute: number, chance: Chance) => number, seed: number): Point[] {
  const chance = new Chance(seed)
  return Array.from({ length: minutes * 6 }, (_, index) => {
    const minute = index / 6
    return { minute, value: valueAt(minute, chance) }
  })
}

const noise = (chance: Chance, share: number): number => 1 + (chance.next() - 0.5) * 2 * share
const seeds = Array.from({ length: 50 }, (_, seed) => seed)

test('what scatters around the same size is flat, whatever the seed', (t) => {
  for (const seed of seeds) {
    const { judgement } = judgeSlope(
      watched(60, (_, chance) => 100 * noise(chance, 0.1), seed),
      tolerance,
    )

    t.is(judgement, 'flat', `seed ${seed}`)
  }
})

test('a leak of one percent a minute rises, however it scatters', (t) => {
  for (const seed of seeds) {
    const leak = watched(60, (minute, chance) => 100 * (1 + minute / 100) * noise(chance, 0.1), seed)

    const { judgement, perHour, low, high } = judgeSlope(leak, tolerance)

    t.is(judgement, 'rises', `seed ${seed}`)
    t.true(low <= perHour && perHour <= high)
    t.true(Math.abs(perHour - 60) < 15, `${perHour} an hour`)
  }
})

test('a heap that is collected every few minutes is flat, and one that is left a little fuller each time rises', (t) => {
  const ofHeap = { ...tolerance, collectedWithinMinutes: 8 }

  for (const seed of seeds) {
    const [period, phase] = [1 + (seed % 7), seed / seeds.length]
    const sawtooth = (minute: number): number => 50 + 60 * ((minute / period + phase) % 1)

    t.is(judgeSlope(watched(60, sawtooth, seed), ofHeap).judgement, 'flat', `every ${period} minutes`)
    const leak = judgeSlope(
      watched(60, (minute) => sawtooth(minute) * (1 + minute / 100), seed),
      ofHeap,
    )
    t.is(leak.judgement, 'rises', `every ${period} minutes: ${leak.low} to ${leak.high}`)
  }
})

test('what warms up in the first half and then stays is flat, and so is what falls', (t) => {
  const warming = watched(60, (minute, chance) => (minute < 25 ? minute * 4 : 100) * noise(chance, 0.03), 2)
  const falling = watched(60, (minute, chance) => (200 - minute) * noise(chance, 0.03), 2)

  t.is(judgeSlope(warming, tolerance).judgement, 'flat')
  t.is(judgeSlope(falling, tolerance).judgement, 'flat')
})

test('a few wild values do not make a slope', (t) => {
  const wild = watched(60, (minute) => (minute > 55 && Math.round(minute * 6) % 4 === 0 ? 5000 : 100), 3)

  t.is(judgeSlope(wild, tolerance).judgement, 'flat')
})

test('what is too short or scatters too much for its time is called so, and never flat', (t) => {
  t.is(judgeSlope([], tolerance).judgement, 'too_short')
  t.is(
    judgeSlope(
      watched(1, () => 100, 4),
      tolerance,
    ).judgement,
    'too_short',
  )
  t.is(
    judgeSlope(
      watched(26, (_, chance) => 100 * noise(chance, 0.9), 4),
      tolerance,
    ).judgement,
    'unclear',
  )
})

test('what stays below the floor is flat, though it doubles', (t) => {
  const few = watched(60, (minute) => (minute < 45 ? 2 : 4), 5)

  t.is(judgeSlope(few, { sharePerHour: 0.2, floorPerHour: 20 }).judgement, 'flat')
})
