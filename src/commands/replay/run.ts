import { join } from 'node:path'
import { readChatLog } from './chat-log.ts'
import type { ChatLog } from './chat-log.ts'
import { seededChance } from './chance.ts'
import type { Person } from './people.ts'
import { replayRoom } from './room.ts'
import type { RoomResult } from './room.ts'
import { Stage } from './stage.ts'
import type { StageOptions } from './stage.ts'

export interface ReplayOptions {
  address: string
  files: readonly string[]
  /** Secret from which the passwords of the speakers are made. */
  key: string
  /** Somebody who may open rooms. */
  mentor: (stage: Stage) => Promise<Person>
  listeners: number
  leavingShare: number
  /** Awaited before each line of any speaker: what sets the pace. Without it lines go as fast as they are acknowledged. */
  beforeLine?: () => Promise<void>
  seed: number
  /** Where the papers of each room are kept. */
  folder: string
  patienceMs: number
  /** At the least so many servers must have served, or the replay has failed. */
  leastServers: number
  progress?: ReplayProgress
  /** Told for each room when its last line was acknowledged, before it is closed. */
  onAllSpoken?: () => Promise<void>
  onReply?: StageOptions['onReply']
}

/** Called as the lines of a room are acknowledged. */
export type ReplayProgress = (room: string, total: number) => { spoken(): void; end(): void }

export interface ReplayOutcome {
  rooms: RoomResult[]
  /** Connections by the server that they stood at. */
  servers: ReadonlyMap<string, number>
  /** What is wrong, readable. Empty when everything is as promised. */
  faults: string[]
  /** What slowed the replay down, in one sentence. */
  limited: string | undefined
  /** Lines that were too long for one message. */
  split: number
}

/** Replays chat logs, one room a file, all at once. Throws when it cannot go on, and says which limit was in the way. */
export async function replay(options: ReplayOptions): Promise<ReplayOutcome> {
  const logs = await Promise.all(options.files.map((file) => readChatLog(file)))
  const stage = new Stage(options)
  try {
    const rooms = await replayAll(options, logs, stage)
    const split = logs.reduce((sum, log) => sum + log.split, 0)
    const faults = faultsOf(options, rooms, stage)
    return { rooms, servers: stage.servers, faults, limited: stage.limits.sentence, split }
  } catch (error) {
    const { sentence } = stage.limits
    throw sentence === undefined ? error : new Error(`${messageOf(error)}\n${sentence}`, { cause: error })
  } finally {
    stage.close()
  }
}

async function replayAll(options: ReplayOptions, logs: readonly ChatLog[], stage: Stage): Promise<RoomResult[]> {
  const mentor = await options.mentor(stage)
  return Promise.all(
    logs.map(async (log, index) => {
      const bar = options.progress?.(log.name, log.lines.length)
      try {
        return await replayRoom(stage, {
          ...{ log, mentor, listeners: options.listeners, leavingShare: options.leavingShare },
          beforeLine: options.beforeLine ?? (async () => undefined),
          chance: seededChance(options.seed + index),
          folder: join(options.folder, log.name),
          closingWithinMs: options.patienceMs,
          onSpoken: () => bar?.spoken(),
          ...(options.onAllSpoken === undefined ? {} : { onAllSpoken: options.onAllSpoken }),
        })
      } finally {
        bar?.end()
      }
    }),
  )
}

function faultsOf(options: ReplayOptions, rooms: readonly RoomResult[], { servers }: Stage): string[] {
  const served = [...servers].map(([name, count]) => `${name}: ${count}`).join(', ')
  return [
    ...(servers.size < options.leastServers ? [`only ${servers.size} servers served (${served})`] : []),
    ...rooms.filter((room) => room.state !== 'sealed').map((room) => `${room.name}: the receipt says ${room.state}`),
    ...rooms.flatMap((room) => room.faults.map((fault) => `${room.name}: ${fault}`)),
  ]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
