import test from 'ava'
import { keys } from '../../src/ledger/buffer.ts'
import { ackedByEpoch, recordAcked } from '../../src/ledger/record-store.ts'
import { driveClosing } from '../../src/ledger/sealing.ts'
import { Witness } from '../../src/ledger/witness.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

test.serial(
  'a server bears witness of the last place that it acknowledged in each epoch, whatever came in between',
  async (t) => {
    const { sql, log } = world()
    const room = 900_001 as RoomId
    const witness = new Witness({ sql, server: 'one', everyMs: 3_600_000, log })

    for (const seq of [1, 3, 2]) witness.saw(room, { epoch: 1, seq })
    witness.saw(room, { epoch: 2, seq: 4 })
    await witness.record()
    witness.saw(room, { epoch: 1, seq: 2 })
    await witness.stop()

    t.deepEqual([...(await ackedByEpoch(sql, room))].toSorted(), [
      [1, 3],
      [2, 4],
    ])
  },
)

test.serial('a receipt waits for those who may still bear witness of the epoch before', async (t) => {
  t.timeout(60_000)
  const { ledger, work, redis, newRoom } = await createSite(world())
  const room = await newRoom()
  await ledger.append(room, line('one'))
  await redis.hset(keys.meta(room), 'run', 'an earlier one')
  await ledger.append(room, line('two'))
  await ledger.close(room, { by: alice, requestId: undefined })

  const sealing = driveClosing({ ...work, witnessMs: 1500 }, room)
  await eventually(async () => (await ledger.closing(room))?.state === 'verifying')
  await recordAcked(world().sql, 'a slow server', [{ room, place: { epoch: 1, seq: 5 } }])
  await sealing

  const receipt = await ledger.receipt(room)
  t.like(receipt?.content, { state: 'suspect', epochs: [{ epoch: 1, lastSeq: 1, suspect: { from: 2, to: 5 } }] })
})
