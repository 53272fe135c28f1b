import type { TestFn } from 'ava'
import { check, readRecord, report } from '../checker/index.ts'
import type { Lab } from './lab.ts'

const partNames = ['server-1', 'server-2', 'worker-1', 'worker-2'] as const

function logsOf({ stack, setBack }: Lab): { name: string; text: string }[] {
  return partNames.map((name) => ({ name, text: withoutRooms(stack.logOf(name), setBack) }))
}

/** A log without what it says of rooms whose rows a scene has spoilt by hand. */
export function withoutRooms(log: string, rooms: ReadonlySet<string>): string {
  const isOther = (line: string): boolean => !rooms.has(/"room":"?(\d+)/.exec(line)?.[1] ?? '')
  return log.split('\n').filter(isOther).join('\n')
}

/** After all scenes: what everybody asked and was told is held against everything that is left. */
export function holdToHistory(test: TestFn, lab: () => Lab): void {
  test.serial('the checker finds nothing broken in all of it', async (t) => {
    const { stack, history, setBack } = lab()
    const lines = history.lines.filter((line) => !('room' in line && setBack.has(line.room ?? '')))
    const { config } = stack.world
    const record = await readRecord(lines, {
      database: config.DATABASE_URL,
      redis: undefined,
      transcriptsFolder: config.TRANSCRIPTS_FOLDER,
      mediaFolder: config.MEDIA_FOLDER,
      isTimelineIncluded: true,
      logs: logsOf(lab()),
    })
    const verdict = check(lines, record)
    t.deepEqual(verdict.violations, [], report(verdict))
    t.true(verdict.counts.acked > 0)
    t.log(report(verdict))
  })
}
