import type { Place } from '../../../src/ledger/entry.ts'
import type { Mysql } from '../mysql.ts'
import { acknowledge, heard } from '../outside.ts'
import type { Outside } from '../outside.ts'
import { NoAnswer, become, onMysql, onRedis, outside } from '../process.ts'
import type { Become, Doing } from '../process.ts'
import { append } from '../redis.ts'
import type { Answer } from '../redis.ts'
import { appending, lineOf } from './context.ts'
import type { Context } from './context.ts'
import { changeEpoch } from './epochs.ts'

/** src/ledger/appender.ts: one batch at a time, and what waits behind it. */
export interface Sending {
  server: string
  batch: readonly { id: string; lookedUp: string | undefined }[]
  /** What waits for its turn: ids of the batches to come. */
  line: readonly (readonly string[])[]
  tries: number
}

const mostTries = 4

export const drain = (context: Context, server: string, line: Sending['line']): Become | undefined => {
  const [batch, ...rest] = line
  if (batch === undefined) return undefined
  const sending = { server, batch: batch.map((id) => ({ id, lookedUp: undefined })), line: rest, tries: 0 }
  return become(appendBatch, { context, sending })
}

export function* appendBatch({ context, sending }: { context: Context; sending: Sending }): Doing<Become | undefined> {
  const { server, batch, line, tries } = sending
  const ids = batch.map(({ id }) => id)
  let rest: Sending['batch']
  try {
    if (tries === mostTries) throw new NoAnswer()
    const lines = batch.map(({ id, lookedUp }) => lineOf(id, lookedUp))
    const reply = yield* onRedis(`append ${ids.join(', ')}`, (redis) => append(redis, lines, appending(context)))
    rest = reply.type === 'ok' ? yield* settle(context, sending, reply) : yield* afterEpochChange(context, sending)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    yield* outside(`answer ${ids.join(', ')}: unknown`, (people) => ids.forEach((id) => unknown(people, id)))
    return yield* failSenders(context, sending)
  }
  if (rest.length > 0) return become(appendBatch, { context, sending: { server, batch: rest, line, tries: tries + 1 } })
  return drain(context, server, line)
}

/** What a client has heard before it does not forget. */
function unknown(people: Outside, id: string): void {
  if (people.lines[id]?.state === 'sent') heard(people, id, 'unknown')
}

/** All lines of the model are alice's. */
function* failSenders(context: Context, { server, line }: Sending): Doing<Become | undefined> {
  if (!context.holds('nothingAfterUnknown')) return drain(context, server, line)
  const ids = line.flat()
  if (ids.length > 0)
    yield* outside(`answer ${ids.join(', ')}: unknown`, (people) => ids.forEach((id) => unknown(people, id)))
  return undefined
}

function* settle(
  context: Context,
  { server, batch }: Sending,
  reply: { token: string; answers: readonly Answer[] },
): Doing<Sending['batch']> {
  const decided = reply.answers.filter((answer) => answer.type !== 'lookup')
  const undecided = batch.slice(decided.length)
  if (decided.length > 0) {
    yield* outside(nameOf(batch, decided), (people) => {
      decided.forEach((answer, index) =>
        tell(people, server, batch[index]?.id ?? '', answer, context.holds('witnesses')),
      )
    })
  }
  return undecided.length === 0 ? [] : yield* lookUp({ server, batch: undecided }, reply.token)
}

const nameOf = (batch: Sending['batch'], answers: readonly Answer[]): string =>
  `answer ${answers.map((answer, index) => `${batch[index]?.id}: ${answer.type}`).join(', ')}`

function tell(people: Outside, server: string, id: string, answer: Answer, isWitness: boolean): void {
  if (answer.type === 'kept' || answer.type === 'duplicate') acknowledge(people, server, id, answer.place, isWitness)
  else heard(people, id, 'refused')
}

function* lookUp({ server, batch }: Pick<Sending, 'server' | 'batch'>, token: string): Doing<Sending['batch']> {
  const places = yield* placesOf(batch)
  const found = batch.filter(({ id }) => places[id] !== undefined)
  if (found.length > 0) {
    yield* outside(`answer ${found.map(({ id }) => id).join(', ')}: kept`, (people) =>
      found.forEach(({ id }) => acknowledge(people, server, id, places[id] as Place, false)),
    )
  }
  return batch.filter(({ id }) => places[id] === undefined).map(({ id }) => ({ id, lookedUp: token }))
}

function* placesOf(batch: Sending['batch']): Doing<Record<string, Place>> {
  return yield* onMysql('look up ids', (mysql) =>
    placesIn(
      mysql,
      batch.map(({ id }) => id),
    ),
  )
}

function placesIn({ messages, parked }: Mysql, ids: readonly string[]): Record<string, Place> {
  const places = [...parked, ...messages].filter(({ id }) => ids.includes(id))
  return Object.fromEntries(places.map(({ id, epoch, seq }) => [id, { epoch, seq }]))
}

function* afterEpochChange(context: Context, sending: Sending): Doing<Sending['batch']> {
  const { server, batch } = sending
  if ((yield* changeEpoch(context)) === 'changed') return batch
  const places = context.holds('lookUpInFinal') ? yield* placesOf(batch) : {}
  yield* outside('answer of a final room', (people) => {
    for (const { id } of batch) {
      const first = places[id]
      if (first === undefined) heard(people, id, 'refused')
      else acknowledge(people, server, id, first, false)
    }
  })
  return []
}
