import type { Finding } from './contract.ts'

/** What tools say that is not so, or not a fault, each with the reason. Nothing else is overlooked. */
interface Known {
  tool: string
  what: RegExp
  reason: string
}

export const known: readonly Known[] = [
  {
    tool: 'wapiti',
    what: /X-XSS-Protection is not set/,
    reason: 'it is 0: the filter that it switches off is gone from browsers, and was a hole itself',
  },
]

/** The reason why this finding is none, if there is one. */
export function reasonToOverlook({ tool, what }: Finding): string | undefined {
  return known.find((one) => one.tool === tool && one.what.test(what))?.reason
}
