import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestFn } from 'ava'
import { Queue } from 'bullmq'
import { within } from '../../src/platform/lifecycle.ts'
import { eventually } from '../../test/support/eventually.ts'
import { startStack } from '../../test/support/stack.ts'
import type { ProcessName, Stack } from '../../test/support/stack.ts'
import { History } from '../history/history.ts'
import { gather } from './company.ts'
import type { Company } from './company.ts'
import { noticeOf } from './order.ts'
import { patienceMs } from '../../test/support/patience.ts'
import type { Order } from './order.ts'

/** A stack whose processes can be told where to die, and the people who use it. All scenes of a file share one. */
export interface Lab {
  stack: Stack
  company: Company
  /** What everybody asked and was told, for the checker. */
  history: History
  /** Rooms whose rows a scene took away from MySQL, and which it judges itself. */
  setBack: Set<string>
  /** From now on the process ends (or freezes) when it passes the point. */
  arm(part: ProcessName, order: Order): Promise<Strike>
  /** Resolves when no worker is called to flush this room, or does. */
  noFlushOf(room: string): Promise<void>
  /** Resolves when who listens to the stream has heard of this post. */
  hears(post: string): Promise<void>
  withQueue<T>(name: string, work: (queue: Queue) => Promise<T>): Promise<T>
  /** Meanwhile the jobs of this queue lie where they are. */
  whileStandingStill(queue: string, work: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export interface Strike {
  /** Resolves when the process has come to the point and the signal has struck it there; rejects if it ended otherwise, or not in time. */
  struck(): Promise<void>
}

const preload = fileURLToPath(new URL('./preload.ts', import.meta.url))

/** The checker reads the logs: they must be there whole, whatever was killed how often. */
const longestLog = 50_000_000

/** Few lines are a full buffer and go in bulk, some more are too many for one transaction, and nothing happens by itself that a scene does not wait for. */
const settings = {
  FLUSH_ENTRIES: 10,
  FLUSH_SLICE_ENTRIES: 5,
  FLUSH_TRANSACTION_ENTRIES: 20,
  CHECKPOINT_ENTRIES: 10,
  ROOM_COUNTS_MS: 60_000,
  HEAD_CHECK_SECONDS: 3600,
  CLOSING_RETRY_SECONDS: 600,
  CLOSINGS_PER_MINUTE: 100_000,
  MEDIA_UPLOADS_PER_HOUR: 100_000,
  POSTS_PER_HOUR: 100_000,
  STREAM_OPENS_PER_MINUTE: 100_000,
  ROOMS_PER_MENTOR: 10_000,
}

async function openLab(): Promise<Lab> {
  const stack = await startStack(settings, { preload, longestLog })
  const history = new History()
  const company = await gather(stack, history)
  return {
    ...{ stack, company, history, setBack: new Set() },
    arm: (part, order) => arm(stack, part, order),
    withQueue: (name, work) => withQueue(stack, name, work),
    noFlushOf: (room) => withQueue(stack, 'flush-rooms', (queue) => untilNoJob(queue, room)),
    hears: async (post) => void (await eventually(async () => (await postsHeard(company)).includes(post), patienceMs)),
    whileStandingStill: (name, work) =>
      withQueue(stack, name, async (queue) => {
        await queue.pause()
        await work().finally(() => queue.resume())
      }),
    async close() {
      await company.leave()
      await stack.stop()
    },
  }
}

/** A lab for all tests of a file. */
export function labOf(test: TestFn): () => Lab {
  let lab: Lab | undefined
  test.serial.before('the stack is started', async (t) => {
    t.timeout(240_000)
    lab = await openLab()
  })
  test.serial.after.always('the stack is stopped', async (t) => {
    t.timeout(60_000)
    await lab?.close()
    t.pass()
  })
  return () => {
    if (lab === undefined) throw new Error('the stack is started before the first test')
    return lab
  }
}

async function withQueue<T>(stack: Stack, name: string, work: (queue: Queue) => Promise<T>): Promise<T> {
  const connection = { url: stack.world.config.REDIS_URL, protocol: 2 as const }
  const queue = new Queue(name, { connection, prefix: '{madang-queue}' })
  try {
    return await work(queue)
  } finally {
    await queue.close()
  }
}

async function untilNoJob(queue: Queue, room: string): Promise<void> {
  await eventually(async () => {
    const jobs = await queue.getJobs(['active', 'waiting', 'delayed'])
    return jobs.every((job) => String((job?.data as { room?: number } | undefined)?.room) !== room)
  }, patienceMs)
}

async function arm(stack: Stack, part: ProcessName, order: Order): Promise<Strike> {
  const child = stack.childOf(part)
  const place = `${part} comes to "${order.point}"`
  const noticed = hears(child, noticeOf(order.point, order.signal))
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const armed = once(child, 'message')
  child.send(order)
  await within(patienceMs, `${part} to be armed`, armed)
  return {
    async struck() {
      if (order.signal === 'SIGSTOP') return within(patienceMs, place, noticed)
      const [code, signal] = await within(patienceMs, place, closed)
      if (signal !== 'SIGKILL') throw new Error(`${part} ended with ${code ?? signal}:\n${stack.logOf(part)}`)
      await within(patienceMs, `${part} was killed before it came to "${order.point}"`, noticed)
    },
  }
}

function hears({ stderr }: ChildProcess, notice: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let text = ''
  const hear = (chunk: Buffer): void => {
    text += chunk.toString()
    if (!text.includes(notice)) return
    stderr?.off('data', hear)
    resolve()
  }
  stderr?.on('data', hear)
  return promise
}

/** Ids of the posts that the listener has heard of, in the order in which it did. */
export async function postsHeard({ listener }: Company): Promise<string[]> {
  const { data } = await listener.heard()
  return data.map((text) => String((JSON.parse(text) as { post: { id: unknown } }).post.id))
}
