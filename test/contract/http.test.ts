import test from 'ava'
import { siteOf } from '../security/site.ts'
import { sharedBy } from '../support/shared.ts'
import { Caller, unseenSuccesses } from './asking.ts'
import { settle } from './bindings.ts'
import { drive, driveWrong } from './driving.ts'
import { emptyLists, unseenAnswers } from './unseen.ts'

/** Every route, asked from the document alone, through Nginx, by people of each role. */

const site = siteOf(test)
/** How much each list held at most. */
const longest = new Map<string, number>()
const caller = sharedBy(test, 'the caller', async () => {
  await settle(site())
  return Caller.of(site(), ({ operation, reply }) => {
    const { items } = (reply.body ?? {}) as { items?: unknown[] }
    if (items !== undefined) longest.set(operation.line, Math.max(items.length, longest.get(operation.line) ?? 0))
  })
})

test.serial(
  'every operation answers people of each role as the document says, and each success that it promises is seen',
  async (t) => {
    t.timeout(300_000)
    const { operations, faults } = caller()
    t.true(operations.length > 70)

    for (const operation of operations) {
      await drive(caller(), operation).catch(
        (error: unknown) => void faults.push(`${operation.line}: ${String(error)}`),
      )
    }

    t.deepEqual(faults, [])
    const unseen = operations.flatMap((operation) =>
      unseenSuccesses(caller(), operation).map((status) => `${operation.line} ${status}`),
    )
    t.deepEqual(unseen.toSorted(), Object.keys(unseenAnswers).toSorted())
    t.true(longest.size > 15)
    const empty = [...longest].flatMap(([line, length]) => (length === 0 ? [line] : []))
    t.deepEqual(empty.toSorted(), Object.keys(emptyLists).toSorted())
  },
)

test.serial('each part of an input that is not as the document says is refused, and named', async (t) => {
  t.timeout(300_000)
  const { operations } = caller()
  const faults: string[] = []
  let asked = 0

  for (const operation of operations) {
    const found = await driveWrong(caller(), operation)
    asked += found.asked
    faults.push(...found.faults)
  }

  t.deepEqual([...faults, ...caller().faults], [])
  t.true(asked > 300, `${asked} asked`)
  t.log(`${asked} wrong inputs`)
})

test.serial('a success that nobody has seen would be found', (t) => {
  const [operation] = caller().operations
  t.deepEqual(unseenSuccesses(caller(), { ...operation!, id: 'nobodyAsked', statuses: [200, 204, 422] }), [200, 204])
})
