import test from 'ava'
import { check, readRecord, readUsedBytes, report } from '../checker/index.ts'
import type { Verdict } from '../checker/contract.ts'
import type { Edit, Mutant } from './mutant.ts'
import { mutants } from './mutants.ts'
import { alike, isAllRelayed, isRowWaitedFor } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { Site, partNames } from './site.ts'
import { Tree } from './tree.ts'
import { Witness } from './witness.ts'

/** Every scenario on the code as it is, then each mutant in the scenario that shows it. */

let site: Site
let tree: Tree
let witness: Witness | undefined

test.serial.before('services are there', async (t) => {
  t.timeout(60_000)
  tree = Tree.plant()
  site = await Site.open()
})

test.serial.after.always('services go', async (t) => {
  witness?.leave()
  await site?.close()
  tree?.remove()
  t.pass()
})

interface Play {
  edits: readonly Edit[]
  /** Alike. */
  scenarios: readonly Scenario[]
  /** Nothing may be reported, so that whatever is waited for must come. */
  isWhole: boolean
}

/** Plays the scenarios on the tree with these edits, all into one history, and judges it. `missed` are those that showed nothing. */
async function judged({ edits, scenarios, isWhole }: Play): Promise<{ verdict: Verdict; missed: string[] }> {
  const { config } = site.world
  const needed = new Set(scenarios.flatMap(({ parts }) => parts))
  tree.mutate(edits)
  try {
    await site.start(
      tree.folder,
      partNames.filter((name) => needed.has(name)),
      { isWhole, changes: scenarios[0]?.settings },
    )
    witness ??= await Witness.gather(site)
    witness.begin()
    const usedBytesBefore = await readUsedBytes(config.REDIS_URL)
    const missed: string[] = []
    for (const scenario of scenarios) if (!(await scenario.run(witness, site))) missed.push(scenario.name)
    if (isWhole) await site.until(() => isAllRelayed(site), 0)
    const record = await readRecord(witness.lines, {
      database: config.DATABASE_URL,
      redis: { url: config.REDIS_URL, usedBytesBefore },
      transcriptsFolder: site.transcriptsFolder,
      mediaFolder: undefined,
      isTimelineIncluded: true,
      logs: site.logs(),
    })
    return { verdict: check(witness.lines, record), missed }
  } finally {
    await site.clear()
  }
}

const scenarios = new Set(mutants.map(({ scenario }) => scenario))

for (const [conditions, group] of alike(scenarios)) {
  test.serial(
    `on the code as it is, with ${conditions}, each comes to its moment and nothing is reported`,
    async (t) => {
      t.timeout(600_000)

      const { verdict, missed } = await judged({ edits: [], scenarios: group, isWhole: true })

      t.deepEqual(missed, [], 'nothing is known of what never came to its moment')
      t.is(verdict.violations.length, 0, report(verdict))
    },
  )
}

test.serial('a scenario that does not come to its moment is named, though nothing is wrong', async (t) => {
  t.timeout(180_000)
  const nobodyWaits: Scenario = {
    name: 'somebody waits for a row that nobody holds',
    parts: ['server-1', 'worker-1'],
    run: async (people, at) => isRowWaitedFor(at, await people.openRoom()),
  }

  const { verdict, missed } = await judged({ edits: [], scenarios: [nobodyWaits], isWhole: true })

  t.deepEqual(missed, [nobodyWaits.name])
  t.is(verdict.violations.length, 0, report(verdict))
})

/** Of the right rule, and of what this mistake does: a worker that merely fell ill breaks promises, too. */
function isCaught({ expects, words }: Mutant, { violations }: Verdict): boolean {
  return violations.some(
    ({ rule, says, proof }) => expects.includes(rule) && words?.test([says, ...proof].join('\n')) === true,
  )
}

for (const mutant of mutants) {
  const { name, says, edits, scenario, expects, isMomentHidden = false } = mutant
  const what = expects.length === 0 ? 'is held by another line of defence' : `is caught by ${expects.join(' or ')}`
  test.serial(`"${name}" ${what}: ${says}`, async (t) => {
    t.timeout(400_000)

    const isWhole = expects.length === 0
    const { verdict, missed } = await judged({ edits, scenarios: [scenario], isWhole })

    if (!isMomentHidden) t.deepEqual(missed, [], `it comes to what it is about\n${report(verdict)}`)
    if (isWhole) t.is(verdict.violations.length, 0, report(verdict))
    else t.true(isCaught(mutant, verdict), report(verdict))
  })
}
