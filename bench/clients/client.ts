import { ClientSocket } from './client-socket.ts'
import type { Notes } from './client-socket.ts'
import { dialects } from './dialects.ts'
import { microsSince, nowMicros } from './marker.ts'
import type { ClientReport, CrowdPlan, FromClient, Load, ToClient } from './plan.ts'

/** A process of the load: many raw sockets, as cheap as can be. It does what its parent says, and ends with it. */

const opensAtOnce = 50
const settleMs = 30_000
/** Timed deliveries in a round at most, roughly. */
const mostTimed = 200_000

let sockets: readonly ClientSocket[] = []
let notes: Notes = newNotes()
let begin = { micros: 0, ms: 0, cpuSeconds: 0, sent: 0, acknowledged: 0, duplicates: 0, overtaken: 0 }

function newNotes(): Notes {
  return { latenciesMs: [], timedEvery: 1, deliveries: 0, lastMicros: 0 }
}

async function open(plan: CrowdPlan): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(262_144)
  const dialect = dialects[plan.dialect]
  sockets = plan.sockets.map(
    (socket) => new ClientSocket({ dialect, plan: socket, senders: plan.senders, buffer, notes, fail }),
  )
  const waiting = [...sockets]
  const openNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next.open()
  }
  await Promise.all(Array.from({ length: opensAtOnce }, openNext))
  say({ type: 'ready' })
}

async function go(load: Load): Promise<void> {
  const speakers = sockets.filter(({ plan }) => plan.sender !== undefined)
  Object.assign(notes, newNotes(), { timedEvery: timedEvery(load) })
  begin = { micros: nowMicros(), ms: wallMs(), cpuSeconds: cpuSeconds(), ...totals() }
  await (load.type === 'saturated' ? saturate(speakers, load) : pace(speakers, load))
  say({
    type: 'sent',
    senders: speakers.map(({ plan, sent }) => ({ sender: plan.sender ?? 0, room: plan.room, sent })),
  })
}

/** Where little is delivered everything is timed. */
function timedEvery(load: Load): number {
  if (load.type === 'saturated') return 16
  const deliveries = load.perSecond * load.seconds * sockets.length
  return Math.max(1, Math.floor(deliveries / mostTimed))
}

async function saturate(speakers: readonly ClientSocket[], load: Extract<Load, { type: 'saturated' }>): Promise<void> {
  for (const speaker of speakers) speaker.saturate(load.window)
  await pause(load.seconds * 1000)
  for (const speaker of speakers) speaker.saturate(0)
}

/** Messages fall due at even distances; who is late sends what is due at once. */
async function pace(speakers: readonly ClientSocket[], load: Extract<Load, { type: 'paced' }>): Promise<void> {
  const began = performance.now()
  const all = Math.floor(load.seconds * load.perSecond)
  for (let sent = 0; sent < all && speakers.length > 0;) {
    const due = Math.min(all, Math.floor(((performance.now() - began) / 1000) * load.perSecond) + 1)
    for (; sent < due; sent += 1) speakers[sent % speakers.length]?.send()
    await pause(Math.max(1, (sent / load.perSecond) * 1000 - (performance.now() - began)))
  }
}

/** Waits until everybody has heard everything of their room, then says how it was. What is still missing by then is lost. */
async function settle(sent: Readonly<Record<string, readonly number[]>>): Promise<void> {
  const deadline = performance.now() + settleMs
  while (performance.now() < deadline && missingIn(sent) > 0) await pause(5)
  const missing = missingIn(sent)
  for (const { heard, plan } of sockets) heard.giveUp(sent[plan.room] ?? [])
  say({ type: 'settled', report: reportOf(missing) })
}

/** Whose messages nobody has acknowledged count as missing too. */
function missingIn(sent: Readonly<Record<string, readonly number[]>>): number {
  return sockets.reduce((total, socket) => {
    return total + socket.heard.missing(sent[socket.plan.room] ?? []) + Math.max(0, socket.sent - socket.acknowledged)
  }, 0)
}

function reportOf(missing: number): ClientReport {
  const now = totals()
  const orders: Record<string, number[]> = {}
  for (const { plan, heard } of sockets) {
    const known = (orders[plan.room] ??= [])
    if (!known.includes(heard.digest)) known.push(heard.digest)
  }
  return {
    ...{ missing, orders, deliveries: notes.deliveries, latenciesMs: notes.latenciesMs },
    sent: now.sent - begin.sent,
    acknowledged: now.acknowledged - begin.acknowledged,
    duplicates: now.duplicates - begin.duplicates,
    overtaken: now.overtaken - begin.overtaken,
    firstAtMs: begin.ms,
    lastAtMs: begin.ms + microsSince(begin.micros, notes.lastMicros) / 1000,
    cpuSeconds: cpuSeconds() - begin.cpuSeconds,
  }
}

function totals(): Pick<typeof begin, 'sent' | 'acknowledged' | 'duplicates' | 'overtaken'> {
  const sum = (of: (socket: ClientSocket) => number): number => sockets.reduce((total, socket) => total + of(socket), 0)
  return {
    sent: sum(({ sent }) => sent),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    duplicates: sum(({ heard }) => heard.duplicates),
    overtaken: sum(({ heard }) => heard.overtaken),
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

const wallMs = (): number => performance.timeOrigin + performance.now()

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function say(message: FromClient): void {
  // Whoever stops this process does not listen any more.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function fail(reason: string): void {
  say({ type: 'failed', reason })
}

function obey(message: ToClient): Promise<void> {
  switch (message.type) {
    case 'open':
      return open(message.plan)
    case 'go':
      return go(message.load)
    case 'settle':
      return settle(message.sent)
    default:
      return message satisfies never
  }
}

process.on('message', (message: ToClient) => {
  obey(message).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
})
process.on('disconnect', () => process.exit(0))
