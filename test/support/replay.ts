import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findMentor } from '../../src/commands/replay/mentor.ts'
import { replay } from '../../src/commands/replay/run.ts'
import type { ReplayOptions, ReplayOutcome } from '../../src/commands/replay/run.ts'
import { checkReply } from './held.ts'
import type { Stack } from './stack.ts'

export type SampleName = 'courtyard.txt' | 'porch.csv'

/** Replays chat logs of our own against a stack. */
export async function replaySample(
  stack: Stack,
  samples: readonly SampleName[],
  changes: Partial<ReplayOptions> = {},
): Promise<ReplayOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'madang-replay-'))
  try {
    return await replay({
      address: stack.address,
      files: samples.map((name) => fileURLToPath(new URL(`../journeys/sample/${name}`, import.meta.url))),
      key: 'a key for tests',
      mentor: (stage) => findMentor(stage, { given: undefined, env: stack.world.env }),
      listeners: 3,
      leavingShare: 0.3,
      seed: 1,
      folder,
      patienceMs: 30_000,
      leastServers: 2,
      onReply: (call, reply) => checkReply(stack.address, call, reply),
      ...changes,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
