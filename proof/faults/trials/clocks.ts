import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { madangNames, sleep } from '../fault.ts'
import type { DrillStack } from '../../stack/stack.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { made, undone } from './trial.ts'
import type { Trial } from './trial.ts'

const aboutAMinuteMs = 45_000

/** Asked of the clock by which the process dates its log. */
const clockIsOff: Trial = async (trying) => {
  const injected = await made(trying)
  const part = madangNames.find((name) => injected.detail.includes(name))
  assert.ok(part !== undefined, injected.detail)
  await eventually(async () => Math.abs(await offsetIn(trying.stack, part)) > aboutAMinuteMs)
  await undone(injected)
  await eventually(async () => Math.abs(await offsetIn(trying.stack, part)) < aboutAMinuteMs)
}

const dated = /"time":"([^"]+)"/

/** Has the process say something, by cutting it off, and compares the date of that with our own. */
async function offsetIn(stack: DrillStack, part: (typeof madangNames)[number]): Promise<number> {
  const log = stack.log(part)
  const { size } = statSync(log)
  const time = await eventually(async () => {
    // A connection that is just being made may not be worth a word.
    for (const side of ['redis', 'database'] as const) stack.patient.links.get(`${part} → ${side}`)?.cut()
    await sleep(300)
    return dated.exec(readFileSync(log).subarray(size).toString('utf8'))?.[1]
  })
  return Date.parse(time) - Date.now()
}

export const clockTrials: Record<string, Trial> = { 'madang: clock off by a minute': clockIsOff }
