import test from 'ava'
import type { Closing } from '../../web/src/api/types.ts'
import { states, unfinished, withFresh } from '../../web/src/admin/closings.ts'
import { isFinal, shareStored } from '../../web/src/api/closing.ts'

const closing = (room: string, changes: Partial<Closing> = {}): Closing => ({
  ...{ room, state: 'draining', stored: 5, lastSeq: 10, parked: 0, attempts: 0 },
  ...{ requestedAt: '2026-11-21T00:00:00.000Z', receipt: `/v1/rooms/${room}/receipt` },
  ...changes,
})

test('what is final stays so, and everything else is asked about again', (t) => {
  const all = states.map((state, place) => closing(String(place), { state }))

  t.deepEqual(
    all.filter(isFinal).map(({ state }) => state),
    ['quarantined', 'suspect', 'sealed'],
  )
  t.deepEqual(unfinished(all), ['2', '3', '4', '5'])
  t.is(unfinished(Array.from({ length: 50 }, (_, room) => closing(String(room)))).length, 10)
})

test('what was read anew takes the place of what is shown, and brings nothing new', (t) => {
  const shown = [
    { ...closing('2'), name: '장독대' },
    { ...closing('1'), name: '마루' },
  ]

  const next = withFresh(shown, [closing('1', { state: 'sealed', stored: 10 }), closing('9')])

  t.deepEqual(
    next.map(({ room, name, state }) => [room, name, state]),
    [
      ['2', '장독대', 'draining'],
      ['1', '마루', 'sealed'],
    ],
  )
})

test('how much is stored is a share, and unknown until the last entry is', (t) => {
  t.is(shareStored(closing('1')), 0.5)
  t.is(shareStored(closing('1', { stored: 20 })), 1)
  const { lastSeq, ...early } = closing('1')
  t.is(lastSeq, 10)
  t.is(shareStored(early), undefined)
  t.is(shareStored(closing('1', { lastSeq: 0, stored: 0 })), undefined)
})
