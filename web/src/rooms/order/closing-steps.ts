import type { Closing } from '../../api/types.ts'

export const steps = ['requested', 'fenced', 'draining', 'verifying', 'sealed'] as const
export type Step = (typeof steps)[number]
export type StepState = 'done' | 'now' | 'to_come'

/** How far each step is. What ended otherwise than sealed stopped at comparing. */
export function stepsOf(closing: Closing): { step: Step; state: StepState }[] {
  const isOdd = closing.state === 'suspect' || closing.state === 'quarantined'
  const at = steps.indexOf(closing.state === 'suspect' || closing.state === 'quarantined' ? 'verifying' : closing.state)
  return steps.map((step, place) => {
    if (place < at || (closing.state === 'sealed' && place === at) || (isOdd && place === at))
      return { step, state: 'done' }
    return { step, state: place === at ? 'now' : 'to_come' }
  })
}

const firstMs = 500
const mostMs = 5000

/** How long to wait before looking again: at first often, for what takes long less so. */
export function lookAgainMs(looks: number): number {
  return Math.min(mostMs, firstMs * 1.5 ** looks)
}
