import test from 'ava'
import type { ExecutionContext } from 'ava'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { readRecord, readUsedBytes } from '../../proof/checker/index.ts'
import { unfinishedAmong } from '../../proof/drill/own-site.ts'
import { now } from '../../proof/history/history.ts'
import { drillOnce } from '../../proof/drill/run.ts'
import type { RunResult } from '../../proof/drill/run.ts'
import type { Site } from '../../proof/drill/site.ts'
import { codes } from '../../src/platform/errors.ts'
import type { Code } from '../../src/platform/errors.ts'
import { within } from '../../src/platform/lifecycle.ts'
import { patienceMs } from '../support/patience.ts'
import { Pods } from '../support/pods.ts'
import type { AccessLine } from '../support/pods.ts'
import { excusedMs, isExcused, mostExcusedMs, stallsOf } from '../support/stalls.ts'

/**
 * A new release while people talk, post and listen: what they did and saw is held against what is kept, by the checker of the drill, and nothing
 * excuses a loss. Everybody goes through Nginx, whose log says what was answered.
 */
const who = { people: 12, rooms: 4, messagesPerSecond: 40, mostFans: 2 }

interface Rolled {
  result: RunResult
  /** How the processes that were told to go have ended. */
  exitCodes: readonly (number | null)[]
  /** Of the sockets that stood before, after each replacement: how long it took until as many stood again. */
  resumedMs: readonly number[]
  sockets: number
  /** Lines that were acknowledged from the first SIGTERM to the last start. */
  ackedMeanwhile: number
  access: readonly AccessLine[]
  /** Requests that were answered 5xx, whatever was tried before, each with what servers have logged of it. */
  failed: readonly string[]
  /** When Redis did not answer two or more of them in time: milliseconds since 1970. */
  stalls: readonly number[]
}

type Roll = (pods: Pods, untilBack: () => Promise<void>) => Promise<(number | null)[]>

/** Lets people talk, rolls once all are connected, and waits for the end. */
async function rolled(t: ExecutionContext, by: 'name' | 'files', roll: Roll): Promise<Rolled> {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-rolling-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const pods = await Pods.start(by)
  t.teardown(() => pods.stop())
  const looks = new Looks()
  let sockets = 0
  let exitCodes: readonly (number | null)[] = []
  const resumedMs: number[] = []

  const release = {
    name: 'release',
    says: 'everything is replaced',
    lasts: [0, 0] as const,
    patienceMs: 300_000,
    missing: () => undefined,
    async inject() {
      sockets = await looks.untilSteady(who.people)
      exitCodes = await roll(pods, async () => {
        const began = performance.now()
        await looks.until((connected) => connected >= sockets)
        resumedMs.push(Math.round(performance.now() - began))
      })
      return { detail: 'everything was replaced' }
    },
  }
  const result = await drillOnce(siteOf(pods), {
    ...{ ...who, seed: 7, seconds: 3, folder },
    planned: [{ fault: release, atMs: 500, forMs: 0, seed: 'release' }],
    onProgress: ({ counts }) => looks.see(counts.connected),
  })
  const ackedMeanwhile = ackedIn(result, pods.underWay)
  const access = await pods.accessLog()
  const stalls = stallsOf(pods.logs)
  return {
    result,
    exitCodes,
    resumedMs,
    sockets,
    ackedMeanwhile,
    access,
    failed: failedOf(access, pods, stalls),
    stalls,
  }
}

/** How many sockets stand, as it is seen every second. */
class Looks {
  #watchers = new Set<(connected: number) => void>()

  see(connected: number): void {
    for (const look of this.#watchers) look(connected)
  }

  /** Resolves with the first look from now on that is it. */
  until(isIt: (connected: number) => boolean): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>()
    const look = (connected: number): void => {
      if (isIt(connected)) resolve(connected)
    }
    this.#watchers.add(look)
    return within(patienceMs, 'the sockets', promise).finally(() => this.#watchers.delete(look))
  }

  /** Resolves with how many there are when twice as many were seen, and not fewer than `least`. */
  untilSteady(least: number): Promise<number> {
    let before = 0
    return this.until((connected) => {
      const isSteady = connected >= least && connected === before
      before = connected
      return isSteady
    })
  }
}

function siteOf(pods: Pods): Site {
  const { env, sql, config } = pods.world
  const inside = { database: () => createConnection(String(env['DATABASE_URL'])) }
  return {
    ...{ address: pods.address, servers: [], isTimelineIncluded: true },
    patient: { pidOf: undefined, links: new Map(), inside: undefined },
    grantMentor: async (username) => void (await sql('accounts').where({ username }).update({ role: 'mentor' })),
    untilWhole: async () => [],
    unfinished: (rooms) => unfinishedAmong({ inside }, rooms),
    async watch() {
      const redis = { url: config.REDIS_URL, usedBytesBefore: await readUsedBytes(config.REDIS_URL) }
      return {
        read: (lines) =>
          readRecord(lines, {
            ...{ database: config.DATABASE_URL, redis, isTimelineIncluded: true, logs: pods.logs },
            ...{ transcriptsFolder: config.TRANSCRIPTS_FOLDER, mediaFolder: config.MEDIA_FOLDER },
          }),
      }
    },
  }
}

/** Lines that were acknowledged in this time. */
function ackedIn({ lines }: RunResult, { from, to }: { from: number; to: number }): number {
  return lines.filter(
    (line) => line.what === 'send' && line.outcome === 'ok' && (line.ended ?? 0) > from && (line.ended ?? 0) < to,
  ).length
}

function failedOf(access: readonly AccessLine[], pods: Pods, stalls: readonly number[]): string[] {
  const logged = pods.logs.flatMap(({ text }) => text.split('\n'))
  return access
    .filter(({ status, time }) => status >= 500 && !isExcused(stalls, Date.parse(time)))
    .map((line) => [JSON.stringify(line), ...logged.filter((one) => one.includes(line.requestId))].join('\n'))
}

/** What clients were told over sockets and by HTTP that is a 5xx; a buffer that is full, too. */
function complaints({ lines }: RunResult, stalls: readonly number[]): string[] {
  const startedMs = Date.now() - now() / 1000
  return lines.flatMap((line) => {
    const code = 'code' in line ? (line.code ?? '') : ''
    const isOurs = code in codes && codes[code as Code].status >= 500
    const isOfStall = 'ended' in line && isExcused(stalls, startedMs + (line.ended ?? 0) / 1000)
    return !isOfStall && (isOurs || code.startsWith('http_5')) ? [JSON.stringify(line)] : []
  })
}

/** Servers at which sockets stood: the last of those that were asked. */
function servedSockets(access: readonly AccessLine[]): Set<string | undefined> {
  const opened = access.filter(({ path: asked, status }) => asked === '/v1/socket' && status === 101)
  return new Set(opened.map(({ upstream }) => upstream.split(', ').at(-1)))
}

function holds(
  t: ExecutionContext,
  { result, exitCodes, resumedMs, sockets, ackedMeanwhile, access, failed, stalls }: Rolled,
  processes: number,
): void {
  const { counts, violations } = result.verdict
  t.log(
    `${counts.acked} lines acknowledged, ${ackedMeanwhile} of them meanwhile, ${counts.unknown} repeated, ${counts.rooms} rooms, ${sockets} sockets`,
  )
  if (stalls.length > 0) t.log(`Redis did not answer in time ${stalls.length} times`)
  t.log(`back after ${resumedMs.join(', ')} ms; ${access.length} requests`)

  t.deepEqual(
    result.tried.map(({ outcome, detail }) => ({ outcome, detail })),
    [{ outcome: 'done', detail: 'everything was replaced' }],
  )
  t.deepEqual(
    exitCodes,
    Array.from({ length: processes }, () => 0),
  )
  t.deepEqual(violations, [])
  t.deepEqual(result.late, [])
  t.like(counts, { lost: 0, doubled: 0, reordered: 0, suspect: 0, quarantined: 0, unfinished: 0, declaredLost: 0 })
  // There was something to lose, to close and to come back.
  t.true(counts.acked > 200, `${counts.acked} acknowledged`)
  t.true(ackedMeanwhile > 40, `${ackedMeanwhile} acknowledged while it was replaced`)
  t.true(counts.sealed > who.rooms && counts.sealed === counts.rooms, `${counts.sealed} of ${counts.rooms} sealed`)
  t.true(sockets >= who.people)
  t.true(access.length > 200, `${access.length} requests`)
  t.true(resumedMs.length > 0 && resumedMs.every((ms) => ms < patienceMs))
  t.true(excusedMs(stalls) <= mostExcusedMs, `Redis stood still too often: ${stalls.join(', ')}`)
  t.deepEqual(failed, [])
  t.deepEqual(complaints(result, stalls), [])
}

const byName = process.env['NAMED_NGINX'] === undefined ? test.serial.skip : test.serial

byName(
  'as a Deployment replaces both servers and both workers, nothing is lost or doubled, nobody hears a 5xx, and all resume',
  async (t) => {
    t.timeout(600_000)

    const outcome = await rolled(t, 'name', async (pods, untilBack) => [
      ...(await pods.replaceServers(untilBack)),
      ...(await pods.replaceWorkers()),
    ])

    holds(t, outcome, 4)
    t.is(servedSockets(outcome.access).size, 4, 'sockets stood at both old servers and at both new ones')
  },
)

test.serial(
  'as deploy/compose/update replaces workers, both servers and Nginx where they stand, nothing is lost or doubled, nobody hears a 5xx, and all resume',
  async (t) => {
    t.timeout(600_000)

    const outcome = await rolled(t, 'files', (pods, untilBack) => pods.update(untilBack))

    holds(t, outcome, 4)
    t.is(outcome.resumedMs.length, 4, 'after the workers, after each server, after Nginx')
    t.is(servedSockets(outcome.access).size, 2)
  },
)
