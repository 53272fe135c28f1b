import type { Asker } from '../security/cast.ts'
import { missing, missingSession } from '../security/things.ts'
import type { Caller, Question, Reply } from './asking.ts'
import { queryBindings } from './bindings.ts'
import { isSuccess } from './operations.ts'
import type { Described } from './operations.ts'
import { wrongFor, wrongObjects } from './wrong.ts'
import type { Wrong } from './wrong.ts'

const roles: readonly Asker[] = ['anonymous', 'member', 'mentor', 'admin']

/** Asks an operation as people of each role, and as whom it answered in every way that its document offers. */
export async function drive(caller: Caller, operation: Described): Promise<void> {
  const welcome: Asker[] = []
  for (const role of roles) {
    const reply = await askAs(caller, operation, role)
    if (reply !== undefined && reply.status < 300) welcome.push(role)
  }
  const mayWelcome = operation.statuses.some((status) => isSuccess(status) && status !== 101)
  if (mayWelcome) await askAllOf(caller, operation, welcome.at(-1) ?? 'admin')
}

async function askAs(caller: Caller, operation: Described, role: Asker): Promise<Reply | undefined> {
  const player = await caller.player(operation, role)
  const parts = await caller.parts(operation, player ?? caller.site.cast.carol)
  return caller.ask(operation, player, await caller.smallest(operation, parts))
}

/** Everything in the body; each part of the query; what one has already; the same once more, with and without a key. */
async function askAllOf(caller: Caller, operation: Described, role: Asker): Promise<void> {
  const player = await caller.player(operation, role)
  const maker = player ?? caller.site.cast.carol
  const fullest = async (): Promise<Question> => caller.fullest(operation, maker, await caller.parts(operation, maker))
  const question = await fullest()
  const first = await caller.ask(operation, player, question)
  if (first === undefined || first.status >= 300) {
    caller.faults.push(`${operation.line}: all that may be sent is refused with ${JSON.stringify(first?.body)}`)
    return
  }
  await caller.ask(operation, player, question)
  const shortest = await shortestPage(caller, operation, { player, question })
  for (const query of queriesOf(caller, operation, shortest)) {
    const reply = await caller.ask(operation, player, { ...question, query })
    if (reply !== undefined && reply.status >= 300) {
      caller.faults.push(`${operation.line}?${new URLSearchParams(query).toString()}: ${JSON.stringify(reply.body)}`)
    }
  }
  if (operation.hasEtag) await askWhatIsKnown(caller, operation, { player, question })
  if (operation.isIdempotent) await askOnce(caller, operation, { player, question: await fullest() })
}

type Asked = { player: Awaited<ReturnType<Caller['player']>>; question: Question }

/** Of a list: its first item and, where there are more, the cursor of the next. */
async function shortestPage(
  caller: Caller,
  operation: Described,
  { player, question }: Asked,
): Promise<Reply | undefined> {
  if (!operation.parameters.some(({ name }) => name === 'cursor')) return undefined
  return caller.ask(operation, player, { ...question, query: { limit: '1' } })
}

/** Each parameter by itself, in each of the ways that are listed. A cursor is one that an answer has named. */
function queriesOf(
  caller: Caller,
  { line, parameters }: Described,
  short: Reply | undefined,
): Record<string, string>[] {
  const page = (short?.body as { page?: { next?: string } } | undefined)?.page
  return parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name, schema }) => {
      if (name === 'cursor') return page?.next === undefined ? [] : [{ cursor: page.next }]
      const listed = schema['enum'] as string[] | undefined
      const beside = queryBindings[`${line}?${name}`] ?? {}
      return (listed ?? [String(caller.value(name, schema))]).map((value) => ({ ...beside, [name]: value }))
    })
}

async function askWhatIsKnown(caller: Caller, operation: Described, { player, question }: Asked): Promise<void> {
  const known = await caller.ask(operation, player, question)
  const etag = known?.headers.get('etag')
  if (etag === undefined || etag === null) return
  await caller.ask(operation, player, { ...question, headers: { 'if-none-match': etag } })
}

async function askOnce(caller: Caller, operation: Described, { player, question }: Asked): Promise<void> {
  const headers = { 'idempotency-key': `contract ${operation.id}` }
  const [first, again] = [
    await caller.ask(operation, player, { ...question, headers }),
    await caller.ask(operation, player, { ...question, headers }),
  ]
  if (first?.status !== 201 || again?.headers.get('idempotency-replayed') !== 'true') {
    caller.faults.push(`${operation.line}: a key is not remembered (${first?.status}, ${again?.status})`)
  }
}

/** Asks with each part of the input wrong in turn. Answers what was not refused as it should be, and how many were asked. */
export async function driveWrong(caller: Caller, operation: Described): Promise<{ asked: number; faults: string[] }> {
  const player = caller.site.cast.player('admin')
  const parts = operation.line.includes('/sessions/') ? missingSession : missing
  const right = await caller.smallest(operation, parts)
  const faults: string[] = []
  const questions = wrongQuestions(caller, operation, right)
  for (const { question, wrong, place } of questions) {
    const reply = await caller.ask(operation, player, question)
    const what = `${operation.line} ${place}${wrong.pointer}: ${wrong.why}`
    if (reply !== undefined && !isRefusal(reply, wrong, place)) {
      faults.push(`${what} → ${reply.status} ${JSON.stringify(reply.body)}`)
    }
  }
  return { asked: questions.length, faults }
}

interface WrongQuestion {
  question: Question
  wrong: Wrong
  place: 'body' | 'query' | 'path'
}

function wrongQuestions(caller: Caller, operation: Described, right: Question): WrongQuestion[] {
  const { parameters, body } = operation
  const ofParameters = parameters.flatMap(({ name, in: place, schema }): WrongQuestion[] => {
    if (place === 'header') return []
    const wrongs = wrongFor(`/${name}`, schema, caller.resolve).filter(({ value }) => typeof value === 'string')
    return wrongs.map((wrong) => {
      const given = { [name]: String(wrong.value) }
      const question = place === 'path' ? { ...right, parts: { ...right.parts, ...given } } : { ...right, query: given }
      return { question, wrong, place }
    })
  })
  if (body === undefined || right.body instanceof FormData) return ofParameters
  const wrongBodies = wrongObjects((right.body ?? {}) as Record<string, unknown>, body, caller.resolve)
  const noObject: Wrong = { pointer: '', value: [], why: 'a list' }
  return [
    ...ofParameters,
    ...[...wrongBodies, noObject].map((wrong): WrongQuestion => {
      return { question: { ...right, body: wrong.value }, wrong, place: 'body' }
    }),
  ]
}

/** What is wrong in a path leads nowhere; everything else is said by the place where it stands. */
function isRefusal({ status, body }: Reply, { pointer }: Wrong, place: WrongQuestion['place']): boolean {
  if (place === 'path' && status === 404) return true
  const { code, errors = [] } = body as { code?: string; errors?: { pointer: string }[] }
  const [, member] = pointer.split('/')
  const isNamed = member === undefined || errors.some((one) => one.pointer.split('/')[1] === member)
  return status === 422 && code === 'bad_input' && isNamed
}
