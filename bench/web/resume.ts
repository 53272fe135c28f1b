import { once } from 'node:events'
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Crowd } from '../clients/crowd.ts'
import type { BenchOptions, Contestant, Figures, Measure, Standing } from '../contract.ts'
import { loadBusy, processorSeconds, usedBetween } from '../processor-time.ts'
import { percentile } from '../ratios.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site } from '../site/site.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import type { FromReturning, ToReturning } from './returning.ts'
import { sharedBy } from './shared.ts'

const rooms = 10
const listenersInRoom = 100
const missed = 100
const others = 10
const othersPerSecond = 50
const readyWithinMs = 60_000

/**
 * P14: a server dies, and those it had come back at the other one. Past Nginx, which would make it easier: the server that died is up again a second later, and gets back most of those who had it before
 * (`ip_hash`), so that the others would hardly meet them.
 */
export const resuming: Measure = {
  id: 'P14',
  title: 'Resume of 1,000 clients that missed 100 entries each, after kill -9',
  contestants: resumeContestants,
  comparisons: [
    {
      ...{ title: 'p50 latency of others', quantity: 'othersP50Ms' },
      ...{ ours: 'while all come back', theirs: 'before' },
      bars: { most: { must: 2, goal: 1.2 } },
    },
  ],
}

function resumeContestants(options: BenchOptions): readonly Contestant[] {
  const town = sharedBy(() => openTown(options))
  const standing = (measure: (town: Town) => Promise<Figures>) => async (): Promise<Standing> => {
    const { value, leave } = await town.join()
    return { round: () => measure(value), stop: leave }
  }
  const rate = `${others} people in a room of the server that lives, ${othersPerSecond} messages a second`
  return [
    {
      name: 'before',
      terms: `${rate}; the 1,000 listen at the other server`,
      start: standing((at) => before(at, options)),
    },
    {
      name: 'while all come back',
      terms: `the same ${others}, while the 1,000 come back spread over half of the round, each once: all are told every entry in order, or the round fails`,
      start: standing((at) => after(at, options)),
    },
  ]
}

interface Town {
  site: Site
  speaker: SignedIn
  roomIds: readonly string[]
  /** They come back. */
  movers: readonly { room: string; person: SignedIn }[]
  returning: Child
  crowd: Crowd
}

const portOf = (site: Site, server: 0 | 1): number => Number(new URL(site.servers[server] ?? '').port)

async function openTown(options: BenchOptions): Promise<{ value: Town; close(): Promise<void> }> {
  const inRoom = Math.max(1, Math.round(listenersInRoom * options.scale))
  const site = await startSite({ name: 'resume', log: options.log })
  try {
    const people = await signIn(site, 1 + rooms * inRoom + others, 'mover')
    const [speaker, ...listeners] = people
    if (speaker === undefined) throw new Error('nobody signed in')
    const roomIds: string[] = []
    const movers: { room: string; person: SignedIn }[] = []
    for (let nth = 0; nth < rooms; nth += 1) {
      const seated = listeners.slice(nth * inRoom, (nth + 1) * inRoom)
      const room = await openRoom(site, speaker, [speaker, ...seated])
      roomIds.push(room)
      movers.push(...seated.map((person) => ({ room, person })))
    }
    const crowd = await openOthers(site, speaker, listeners.slice(rooms * inRoom))
    const returning = await startChild('web/returning.ts')
    const value = { site, speaker, roomIds, movers, returning, crowd }
    await gather(value)
    return {
      value,
      async close() {
        await crowd.stop()
        await returning.stop()
        await site.stop()
      },
    }
  } catch (error) {
    await site.stop()
    throw error
  }
}

async function openOthers(site: Site, mentor: SignedIn, people: readonly SignedIn[]): Promise<Crowd> {
  const room = await openRoom(site, mentor, [mentor, ...people])
  const sockets = await Promise.all(
    people.map(async (person, nth) => ({
      ...{ host: '127.0.0.1', port: portOf(site, 1), from: undefined, room },
      token: await person.token(),
      sender: nth === 0 ? 0 : undefined,
    })),
  )
  return Crowd.open({ dialect: 'madang', sockets, processes: 1 })
}

async function before({ crowd }: Town, options: BenchOptions): Promise<Figures> {
  return othersFigures(crowd, options)
}

async function after(town: Town, options: BenchOptions): Promise<Figures> {
  const { site, roomIds, speaker, crowd } = town
  process.kill(site.pids()['server-1'] ?? 0, 'SIGKILL')
  const port = portOf(site, 1)
  for (const room of roomIds) await sayAll(port, speaker, room)
  const server = { server: site.pids()['server-2'] ?? 0 }
  const used = processorSeconds(server)
  const people = ask(town.returning, { type: 'return', port, seconds: options.seconds / 2, missed }, 'returned')
  const [{ times, cpuSeconds }, figures] = await Promise.all([people, othersFigures(crowd, options)])
  await ask(town.returning, { type: 'leave' }, 'left')
  await untilReady(site)
  await gather(town)
  return {
    ...figures,
    resumed: times.length,
    // Of the server, with what the others cost it.
    cpuMsPerResume: ((usedBetween(used, processorSeconds(server))['server'] ?? 0) * 1000) / times.length,
    ...{
      resumeP50Ms: percentile(times, 0.5),
      resumeP95Ms: percentile(times, 0.95),
      resumeP99Ms: percentile(times, 0.99),
    },
    [loadBusy]: (cpuSeconds / (options.seconds / 2)) * 100,
  }
}

async function othersFigures(crowd: Crowd, { seconds }: BenchOptions): Promise<Figures> {
  const { latenciesMs, missing, duplicates, roomsInDisorder } = await crowd.round({
    ...{ type: 'paced', seconds, perSecond: othersPerSecond },
  })
  const wrong = missing + duplicates + roomsInDisorder
  if (wrong > 0) throw new Error(`the others missed ${missing} and heard ${duplicates} twice`)
  return {
    othersP50Ms: percentile(latenciesMs, 0.5),
    othersP95Ms: percentile(latenciesMs, 0.95),
    othersP99Ms: percentile(latenciesMs, 0.99),
  }
}

/** All movers listen at the first server. */
async function gather({ site, movers, returning }: Town): Promise<void> {
  const people = await Promise.all(movers.map(async ({ room, person }) => ({ room, token: await person.token() })))
  await ask(returning, { type: 'open', port: portOf(site, 0), people }, 'ready')
}

async function sayAll(port: number, speaker: SignedIn, room: string): Promise<void> {
  const headers = { authorization: `Bearer ${await speaker.token()}`, 'content-type': 'application/json' }
  await Promise.all(
    Array.from({ length: missed }, async (_, nth) => {
      const body = JSON.stringify({ id: randomUUIDv7(), body: `message ${nth} of those that were missed` })
      const url = `http://127.0.0.1:${port}/v1/rooms/${room}/messages`
      const response = await fetch(url, { method: 'POST', headers, body })
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
      await response.arrayBuffer()
    }),
  )
}

async function untilReady(site: Site): Promise<void> {
  const deadline = performance.now() + readyWithinMs
  for (;;) {
    const answer = await fetch(new URL('/readyz', site.servers[0])).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok === true) return
    if (performance.now() > deadline) throw new Error('the server that died did not come back')
    await pause(100)
  }
}

async function ask<Type extends FromReturning['type']>(
  { process: child }: Child,
  message: ToReturning,
  expected: Type,
): Promise<Extract<FromReturning, { type: Type }>> {
  const answered = once(child, 'message')
  child.send(message)
  const [answer] = (await answered) as [FromReturning]
  if (answer.type === 'failed') throw new Error(answer.reason)
  if (answer.type !== expected) throw new Error(`the load answered ${answer.type} to ${message.type}`)
  return answer as Extract<FromReturning, { type: Type }>
}
