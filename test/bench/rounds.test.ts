import test from 'ava'
import type { Contestant } from '../../bench/contract.ts'
import { mediansOf, runRounds, turned } from '../../bench/rounds.ts'

function contestantOf(name: string, told: string[], fail?: 'start' | 'round'): Contestant {
  return {
    name,
    terms: '',
    async start() {
      if (fail === 'start') throw new Error('cannot start')
      return {
        async round() {
          told.push(name)
          if (fail === 'round') throw new Error('lost a message')
          return { turn: told.length }
        },
        async stop() {
          told.push(`${name} stopped`)
        },
      }
    },
  }
}

const options = { rounds: 3, seconds: 1, scale: 1, isDirect: false, log: () => undefined }

test('every contestant takes part once a round, and each is first in its turn', async (t) => {
  const told: string[] = []
  const rounds = await runRounds(
    ['a', 'b', 'c'].map((name) => contestantOf(name, told)),
    options,
  )
  t.deepEqual(
    [told.slice(0, 3), told.slice(3, 6), told.slice(6, 9)].map((round) => round.toSorted()),
    Array.from({ length: 3 }, () => ['a', 'b', 'c']),
  )
  t.is(rounds.get('b')?.length, 3)
  t.deepEqual(
    [0, 1, 2, 3].map((round) => turned(['a', 'b', 'c'], round).join('')),
    ['abc', 'bac', 'cab', 'acb'],
  )
})

test('whoever was started is stopped, also when a round fails or another cannot start', async (t) => {
  const told: string[] = []
  const failing = [contestantOf('a', told), contestantOf('b', told, 'round')]
  await t.throwsAsync(runRounds(failing, options), { message: 'lost a message' })
  t.deepEqual(told.slice(-2), ['b stopped', 'a stopped'])
  told.length = 0
  await t.throwsAsync(runRounds([contestantOf('a', told), contestantOf('b', told, 'start')], options))
  t.deepEqual(told, ['a stopped'])
})

test('the middle of each quantity is over the rounds that have it', (t) => {
  t.deepEqual(mediansOf([{ x: 1, y: 5 }, { x: 3 }, { x: 2 }]), { x: 2, y: 5 })
})
