import { Queue, Worker } from 'bullmq'
import { queuePrefix } from '../../src/platform/queue.ts'

/**
 * Makes a job of a queue and fails it, as a worker does whose work threw. No other worker may listen to that queue meanwhile. Answers the
 * job's id.
 */
export async function failJob(
  url: string,
  { queue: name, data, reason }: { queue: string; data: Record<string, unknown>; reason: string },
): Promise<string> {
  const connection = { url, protocol: 2 as const, maxRetriesPerRequest: null }
  const options = { connection, prefix: queuePrefix, skipVersionCheck: true }
  const queue = new Queue(name, options)
  const worker = new Worker(name, null, options)
  try {
    const { id } = await queue.add(name, data, { removeOnComplete: true })
    const job = await worker.getNextJob('a token of the test')
    if (job?.id === undefined || job.id !== id) throw new Error(`${name} had ${String(job?.id)} waiting before ${id}`)
    await job.moveToFailed(new Error(reason), 'a token of the test', false)
    return job.id
  } finally {
    await worker.close()
    await queue.close()
  }
}
