import assert from 'node:assert/strict'
import type { RowDataPacket } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import type { LinkName, Patient } from '../fault.ts'
import type { DrillStack } from '../../stack/stack.ts'
import { callerOf } from './caller.ts'
import type { Answer, Caller } from './caller.ts'
import { made, undone } from './trial.ts'
import type { Trial, Trying } from './trial.ts'

const longMs = 60_000
/** Long enough for an answer, if there were one; on a busy machine it misses a fault that is none, and never one that is. */
const shortMs = 500

/** One link of a kind, so that it is known which one is hit. */
interface Road {
  patient: Patient
  open(): Caller
  port: number
}

function roadTo({ links, ...patient }: Patient, stack: DrillStack, side: string): Road {
  const found = [...links].find(([name]) => name.endsWith(side))
  assert.ok(found !== undefined)
  const [name, proxy] = found
  return {
    patient: { ...patient, links: new Map<LinkName, typeof proxy>([[name, proxy]]) },
    open: () => callerOf(stack, side, proxy.port),
    port: proxy.port,
  }
}

type Look = (road: Road, standing: Caller, detail: string) => Promise<void>

/** Somebody is connected; the fault is made, looked at, undone; and whoever comes then is answered. */
const trialOf =
  (look: Look): Trial =>
  async (trying) => {
    const side = /^to (\S+):/.exec(trying.fault.name)?.[1] ?? ''
    const road = roadTo(trying.stack.patient, trying.stack, side)
    const standing = road.open()
    assert.equal(await standing.ask(longMs), 'answered')
    const injected = await made(trying, { patient: road.patient })
    await look(road, standing, injected.detail)
    await undone(injected)
    standing.close()
    assert.equal(await askAnew(road, longMs), 'answered')
  }

async function askAnew(road: Road, withinMs: number): Promise<Answer> {
  const caller = road.open()
  const answer = await caller.ask(withinMs)
  caller.close()
  return answer
}

const tries = 1000

/** Some requests are hit, and others are not. */
const untilSomeAreCut: Look = async (road) => {
  const seen = new Set<Answer>()
  let caller = road.open()
  for (let attempt = 0; attempt < tries && seen.size < 2; attempt += 1) {
    const answer = await caller.ask(longMs)
    seen.add(answer)
    if (answer !== 'cut') continue
    caller.close()
    caller = road.open()
  }
  caller.close()
  assert.deepEqual([...seen].toSorted(), ['answered', 'cut'])
}

const isSilent: Look = async (_road, standing) => assert.equal(await standing.ask(shortMs), 'silent')

const looks: Record<string, Look> = {
  cut: async (_road, standing) => assert.equal(await standing.ask(longMs), 'cut'),
  'cut before the request': untilSomeAreCut,
  'cut before the answer': untilSomeAreCut,
  async slow(_road, standing, detail) {
    const ms = Number(/took (\d+) ms/.exec(detail)?.[1])
    const began = performance.now()
    assert.equal(await standing.ask(longMs), 'answered')
    assert.ok(performance.now() - began >= 2 * ms - 5, detail)
  },
  'black hole up': isSilent,
  'black hole down': isSilent,
  'half open': async (_road, standing) => assert.notEqual(await standing.ask(shortMs), 'answered'),
  down: async (road, standing) => {
    assert.equal(await standing.ask(longMs), 'cut')
    assert.equal(await askAnew(road, longMs), 'cut')
  },
}

/** Who sent it was cut off, and it is done. */
async function commitIsLost(trying: Trying): Promise<void> {
  const { stack } = trying
  const road = roadTo(stack.patient, stack, 'database')
  const url = new URL(stack.databaseUrl)
  url.port = String(road.port)
  const sure = await stack.inside.database()
  await sure.query('CREATE TABLE IF NOT EXISTS drill_commits (id INT PRIMARY KEY)')
  const injected = await made(trying, { patient: road.patient })
  const lost = await firstLostCommit(url.href)
  await undone(injected)
  assert.ok(lost !== undefined, 'no COMMIT was cut')
  const [rows] = await sure.query<RowDataPacket[]>('SELECT id FROM drill_commits WHERE id = ?', [lost])
  assert.equal(rows.length, 1, 'the COMMIT whose answer was lost was not done')
  await sure.query('DROP TABLE drill_commits')
  sure.destroy()
}

/** The number of the row whose COMMIT was not answered. */
async function firstLostCommit(uri: string): Promise<number | undefined> {
  for (let id = 1; id <= tries; id += 1) {
    const connection = await createConnection({ uri })
    connection.on('error', () => undefined)
    await connection.query('BEGIN')
    await connection.query('INSERT INTO drill_commits (id) VALUES (?)', [id])
    const isAnswered = await connection.query('COMMIT').then(
      () => true,
      () => false,
    )
    connection.destroy()
    if (!isAnswered) return id
  }
  return undefined
}

export const networkTrials: Record<string, Trial> = {
  ...Object.fromEntries(
    ['redis', 'database', 'nginx'].flatMap((side) =>
      Object.entries(looks).map(([name, look]) => [`to ${side}: ${name}`, trialOf(look)]),
    ),
  ),
  'to database: COMMIT answer lost': commitIsLost,
}
