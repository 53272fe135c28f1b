import { readFile } from 'node:fs/promises'
import type { Stack } from '../support/stack.ts'

/** Addresses whose requests went to more than one server so far. */
export async function spreadAddresses(stack: Pick<Stack, 'accessLog'>): Promise<number> {
  const requests = (await readFile(stack.accessLog, 'utf8'))
    .split('\n')
    .filter((text) => text.endsWith('}'))
    .map((text) => JSON.parse(text) as { address: string; upstream: string })
    // What Nginx answers itself has none, and what it asked for twice has two.
    .filter(({ upstream }) => /^(?:[\d.:]+|unix:[^, ]+)$/.test(upstream))
  const byAddress = Map.groupBy(requests, ({ address }) => address)
  return [...byAddress.values()].filter((of) => new Set(of.map(({ upstream }) => upstream)).size > 1).length
}
