import assert from 'node:assert/strict'
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

const forMs = 30_000

export async function made(
  { stack, fault }: Trying,
  options: { patient?: Patient; forMs?: number } = {},
): Promise<Injected> {
  const patient = options.patient ?? stack.patient
  const injected = await fault.inject(patient, new Chance(fault.name), options.forMs ?? forMs)
  assert.notEqual(injected.isNothing, true, injected.detail)
  return injected
}

export async function undone(injected: Injected): Promise<Effect> {
  const effect = { ...injected, ...(await injected.heal?.()) }
  assert.notEqual(effect.isNothing, true, effect.detail)
  return effect
}
