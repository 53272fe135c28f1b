import type { ChatClient } from './client.ts'
import type { ChatLog } from './chat-log.ts'
import { judge, readTranscript } from './judge.ts'
import { savePapers } from './papers.ts'
import { eachAtOnce, pause } from './patience.ts'
import type { Person } from './people.ts'
import { closeRoom, finalClosing, openRoom, papersOf, takeSeat } from './rooms-api.ts'
import type { RoomSession } from './room-session.ts'
import { entryPool } from './room-view.ts'
import type { Stage } from './stage.ts'
import { verifyEvidence } from '../verify/verdict.ts'
import { exitCodeOf } from '../verify/report.ts'

export interface RoomPlan {
  log: ChatLog
  mentor: Person
  listeners: number
  /** Share of speakers and listeners that leave in the middle and come back. */
  leavingShare: number
  /** Awaited before each line of any speaker. */
  beforeLine: () => Promise<void>
  chance: () => number
  /** Folder for the papers of the room. */
  folder: string
  closingWithinMs: number
  onSpoken: () => void
  /** Told when the last line was acknowledged, before the room is closed. */
  onAllSpoken?: () => Promise<void>
}

export interface RoomResult {
  name: string
  room: string
  sent: number
  acked: number
  stored: number
  people: number
  resumes: number
  digest: string
  state: string
  epochs: number
  verdict: string
  seconds: number
  faults: string[]
}

/** Somebody who takes part: with lines of their own, or listening only. */
interface Actor {
  person: Person
  client: ChatClient
  session: RoomSession
  lines: string[]
  /** After which of the own lines (of the room's entries, for a listener) to go away for a while. */
  leavesAfter: number | undefined
}

const seatsAtOnce = 16
const lastEntriesWithinMs = 60_000

/** One chat log, from an empty room to a receipt that was verified and compared with what everybody knows. */
export async function replayRoom(stage: Stage, plan: RoomPlan): Promise<RoomResult> {
  const startedAt = performance.now()
  const cast = await assemble(stage, plan)
  const { room, actors } = cast
  try {
    await speakAll(plan, actors)
    await plan.onAllSpoken?.()
    await closeRoom(plan.mentor, room)
    const { state } = await finalClosing(plan.mentor, room, plan.closingWithinMs)
    await Promise.all(actors.map((actor) => heardTheEnd(actor)))
    return await examine(plan, room, actors, { state, startedAt })
  } finally {
    await Promise.all(actors.map((actor) => actor.client.leave()))
  }
}

async function assemble(stage: Stage, plan: RoomPlan): Promise<{ room: string; actors: Actor[] }> {
  const { log, mentor } = plan
  const listeners = Array.from({ length: plan.listeners }, (_, index) => `listener ${index + 1} of ${log.name}`)
  const names = [...log.speakers, ...listeners]
  const room = await openRoom(mentor, { name: log.name.slice(0, 50), topic: 'a replay', seats: names.length })
  const share = entryPool()
  const actors = new Map<string, Actor>()
  await eachAtOnce(names, seatsAtOnce, async (name) => {
    const person = await stage.person(name)
    await takeSeat(person, room)
    const client = stage.client(person)
    const session = client.enter(room, share)
    client.connect()
    const lines = log.lines.filter((line) => line.speaker === name).map((line) => line.text)
    actors.set(name, { person, client, session, lines, leavesAfter: undefined })
  })
  const cast = names.flatMap((name) => actors.get(name) ?? [])
  chooseLeavers(plan, cast)
  return { room, actors: cast }
}

function chooseLeavers({ log, chance, leavingShare }: RoomPlan, cast: readonly Actor[]): void {
  const most = Math.ceil(cast.length * leavingShare)
  const shuffled = cast.map((actor) => ({ actor, key: chance() })).toSorted((a, b) => a.key - b.key)
  for (const { actor } of shuffled.slice(0, most)) {
    const steps = actor.lines.length > 0 ? actor.lines.length : log.lines.length
    actor.leavesAfter = Math.floor(chance() * steps)
  }
}

async function speakAll(plan: RoomPlan, actors: readonly Actor[]): Promise<void> {
  await Promise.all(actors.map((actor) => (actor.lines.length > 0 ? speak(plan, actor) : listen(plan, actor))))
}

/** One speaker: each line after the acknowledgement of the one before. */
async function speak(plan: RoomPlan, actor: Actor): Promise<void> {
  for (const [index, line] of actor.lines.entries()) {
    await plan.beforeLine()
    await actor.session.say(line)
    plan.onSpoken()
    if (index === actor.leavesAfter) await beAway(plan, actor)
  }
}

async function listen(plan: RoomPlan, actor: Actor): Promise<void> {
  const { leavesAfter, session } = actor
  if (leavesAfter === undefined) return
  await session.until(`entry ${leavesAfter}`, () => session.view.last.seq >= leavesAfter, plan.closingWithinMs)
  await beAway(plan, actor)
}

/** Some go in good order, with some the connection just breaks. */
async function beAway({ chance }: RoomPlan, { client }: Actor): Promise<void> {
  if (chance() < 0.5) return client.cut()
  await client.leave()
  await pause(100 + 900 * chance())
  client.connect()
}

function heardTheEnd({ session }: Actor): Promise<void> {
  return session.until('the last entry', () => session.view.isClosed, lastEntriesWithinMs)
}

async function examine(
  plan: RoomPlan,
  room: string,
  actors: readonly Actor[],
  outcome: { state: string; startedAt: number },
): Promise<RoomResult> {
  const papers = await papersOf(plan.mentor, room)
  const verdict = await verifyEvidence(await savePapers(plan.folder, papers))
  const lines = readTranscript(papers.transcript.toString('utf8'))
  const speakers = actors.filter((actor) => actor.lines.length > 0)
  const spoken = speakers.map(({ person, session }) => ({
    ...{ who: person.username, account: person.id, sayings: session.outbox.said },
  }))
  const heard = actors.map(({ person, session }) => ({ who: person.username, entries: session.view.entries }))
  const faults = judge({ lines, spoken, heard })
  const acked = spoken.flatMap(({ sayings }) => sayings).filter((saying) => saying.place !== undefined).length
  if (acked !== plan.log.lines.length) faults.push(`${plan.log.lines.length} lines, ${acked} acknowledged`)
  if (exitCodeOf(verdict) !== 0) faults.push(`the offline verdict is ${verdict.type}`)
  return {
    name: plan.log.name,
    room,
    sent: plan.log.lines.length,
    acked,
    stored: lines.filter((line) => line.kind === 'text').length,
    people: actors.length,
    resumes: actors.reduce((sum, { session }) => sum + session.resumes, 0),
    digest: verdict.receipt?.digest ?? '',
    state: outcome.state,
    epochs: verdict.receipt?.epochs.length ?? 0,
    verdict: verdict.type,
    seconds: (performance.now() - outcome.startedAt) / 1000,
    faults: verdict.type === 'broken' ? [...faults, ...verdict.faults] : faults,
  }
}
