import assert from 'node:assert/strict'
import { eventually } from '../../../test/support/eventually.ts'
import { Chance } from '../../chance.ts'
import type { Effect, Fault, Injected, Patient } from '../fault.ts'
import type { DrillStack } from '../../stack/stack.ts'

/** A fault that is made once, to see that it is what it says. */
export interface Trying {
  stack: DrillStack
  fault: Fault
}

/** Makes the fault, asks the stack for its effect, undoes it, and asks again. Errors: it was not there, or stayed. */
export type Trial = (trying: Trying) => Promise<void>

/** As good as for ever: a trial ends what it has made. */
const untilUndoneMs = 600_000

/** What finds nothing to hit (a worker in the middle of a job) is made again until it does. Errors: it never did. */
export async function made(
  { stack, fault }: Trying,
  options: { patient?: Patient; forMs?: number } = {},
): Promise<Injected> {
  const patient = options.patient ?? stack.patient
  const chance = new Chance(fault.name)
  return eventually(async () => {
    const injected = await fault.inject(patient, chance, options.forMs ?? untilUndoneMs)
    if (injected.isNothing !== true) return injected
    await injected.heal?.()
    return undefined
  })
}

/** Not before it has hit something. Errors: it never did. */
export async function undone(injected: Injected): Promise<Effect> {
  await eventually(() => injected.hasHit?.() ?? true)
  const effect = { ...injected, ...(await injected.heal?.()) }
  assert.notEqual(effect.isNothing, true, effect.detail)
  return effect
}
