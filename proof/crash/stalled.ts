import type { ExecutionContext } from 'ava'
import { Worker } from 'bullmq'
import type { Queue } from 'bullmq'
import type { CrashPoint } from '../../src/platform/crash-point.ts'
import { connectFor } from '../../test/support/connections.ts'
import { eventually } from '../../test/support/eventually.ts'
import type { Lab } from './lab.ts'
import { CrashRoom } from './room.ts'
import { patienceMs } from '../../test/support/patience.ts'

/** BullMQ gives a job whose worker died to another one, once; whoever dies at it again has it failed for good. */
export async function dieTwiceAtOneJob(t: ExecutionContext, lab: Lab, point: CrashPoint): Promise<void> {
  const room = await CrashRoom.open(lab)
  for (const passing of ['first', 'second']) {
    const strike = await lab.arm('worker-1', { point, passing: 1, signal: 'SIGKILL' })
    if (passing === 'first') await room.close()
    else await jobsStall(lab, room)
    await strike.struck()
    // No sweeper is to be quicker than the queue.
    await room.isLeftToTheQueue()
    await lab.stack.start('worker-1')
  }
  await jobsStall(lab, room)
  const failed = await lab.withQueue('close-rooms', (queue) => failedJobOf(queue, room))
  t.regex(failed, /stalled/)
  await room.mustEndWell(t)
}

function failedJobOf(queue: Queue, room: CrashRoom): Promise<string> {
  return eventually(async () => {
    const failed = await queue.getFailed()
    return failed.find((job) => String((job.data as { room: number }).room) === room.id)?.failedReason
  }, patienceMs)
}

/** As if the half minute had passed after which the lock of a job runs out whose worker is dead: it is found by the check that every worker does. */
async function jobsStall(lab: Lab, room: CrashRoom): Promise<void> {
  const { config } = lab.stack.world
  const redis = connectFor('commands', config.REDIS_URL)
  const connection = { url: config.REDIS_URL, protocol: 2 as const, maxRetriesPerRequest: null }
  const checker = new Worker('close-rooms', undefined, {
    ...{ connection, prefix: '{madang-queue}', autorun: false, stalledInterval: 50 },
  })
  try {
    await lab.withQueue('close-rooms', async (queue) => {
      const active = await queue.getActive()
      const job = active.find(({ data }) => String((data as { room: number }).room) === room.id)
      if (job?.id === undefined) throw new Error(`no job of room ${room.id} is active`)
      await redis.del(`{madang-queue}:close-rooms:${job.id}:lock`, '{madang-queue}:close-rooms:stalled-check')
      await checker.startStalledCheckTimer()
      await eventually(async () => (await job.getState()) !== 'active' || (await isTaken(redis, job.id)), patienceMs)
    })
  } finally {
    await checker.close()
    redis.disconnect()
  }
}

async function isTaken(redis: ReturnType<typeof connectFor>, job: string | undefined): Promise<boolean> {
  return (await redis.exists(`{madang-queue}:close-rooms:${job}:lock`)) === 1
}
