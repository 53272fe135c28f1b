import test from 'ava'
import { closeCodes } from '../../src/platform/ws/close-codes.ts'
import { adviceFor } from '../../web/src/api/advice.ts'

test('what the client makes of each close code is what the server means by it', (t) => {
  const meant = {
    ...{ resume: 'now', resume_later: 'later' },
    ...{ refresh_and_resume: 'refresh', stay_away: 'stay_away' },
  } as const

  for (const [name, { code, advice }] of Object.entries(closeCodes))
    t.is<string, string>(adviceFor(code).type, meant[advice], name)
  for (const code of [1012, 1013]) t.is(adviceFor(code).type, 'later', 'from what stands before the servers')
  t.is(adviceFor(1006).type, 'now', 'broken without a word')
})
