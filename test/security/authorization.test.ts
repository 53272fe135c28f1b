import test from 'ava'
import { askers } from './cast.ts'
import type { Asker, Player } from './cast.ts'
import { matrix, notFound } from './matrix.ts'
import type { Row } from './matrix.ts'
import { fill } from './routes.ts'
import type { ServedRoute } from './routes.ts'
import { siteOf } from './site.ts'
import { missing, missingSession } from './things.ts'
import type { Parts } from './things.ts'

const site = siteOf(test)
type Relation = 'all' | 'own' | 'others' | 'missing'

test.serial('every route has a row, and every row a route', (t) => {
  t.true(site().routes.length > 50)
  const served = new Set(site().routes.map(({ line }) => line))
  t.deepEqual(
    [...served].filter((line) => !(line in matrix)),
    [],
    'routes without a row',
  )
  t.deepEqual(
    Object.keys(matrix).filter((line) => !served.has(line)),
    [],
    'rows without a route',
  )
})

test.serial('each route answers each person about their own, another’s and nothing as the matrix says', async (t) => {
  t.timeout(120_000)
  const actual: Record<string, Record<string, string>> = {}
  const expected: typeof actual = {}

  for (const route of site().routes) {
    const row = matrix[route.line] ?? {}
    const asked: Relation[] = row.about === undefined ? ['all'] : ['own', 'others', 'missing']
    actual[route.line] = {}
    expected[route.line] = {}
    for (const relation of asked) {
      const statuses = await Promise.all(askers.map((asker) => ask({ route, row, asker, relation })))
      actual[route.line]![relation] = statuses.join(' ')
      expected[route.line]![relation] = row[relation] ?? (relation === 'missing' ? notFound : 'no row')
    }
  }

  t.deepEqual(actual, expected)
})

/** They are open to everybody, and refuse what they are given here. */
const doors = ['POST /v1/sessions/refresh', 'POST /v1/sessions/by-ticket']

test.serial('nobody comes in anywhere without a name but where everybody may', (t) => {
  for (const { line, isPublic } of site().routes) {
    const { all, own, others, missing: none = notFound } = matrix[line] ?? {}
    const toNobody = [all, own, others, ...(own === undefined ? [] : [none])].map((columns) => columns?.split(' ')[0])
    t.is(isPublic, !toNobody.includes('401') || doors.includes(line), line)
  }
})

interface Question {
  route: ServedRoute
  row: Row
  asker: Asker
  relation: Relation
}

async function ask(question: Question): Promise<number> {
  const { route, row, asker } = question
  const known = site().cast.player(asker)
  const player = known !== undefined && row.endsSession === true ? await site().cast.standIn(asker) : known
  const parts = await partsFor(question, player)
  const body = await row.body?.(parts)
  const isJson = body !== undefined && !(body instanceof FormData)
  const answer = await fetch(`${site().cast.origin}${fill(route.path, parts)}`, {
    method: route.method,
    headers: {
      ...(player === undefined ? {} : { authorization: `Bearer ${player.token}` }),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
    },
    ...(body instanceof FormData ? { body } : isJson ? { body: JSON.stringify(body) } : {}),
  })
  await answer.body?.cancel()
  return answer.status
}

const lookedAt = new Map<string, Promise<Parts>>()

/** What is only looked at may be looked at again. */
async function partsFor({ route, row, asker, relation }: Question, player: Player | undefined): Promise<Parts> {
  if (row.about === undefined) return {}
  if (relation === 'all' || relation === 'missing') return row.about === 'session' ? missingSession : missing
  const make = (): Promise<Parts> => site().things[row.about!](player ?? site().cast.carol, relation)
  const isKept = route.method === 'GET' || player === undefined
  const key = `${row.about} ${asker} ${relation}`
  const parts = (isKept ? lookedAt.get(key) : undefined) ?? make()
  if (isKept) lookedAt.set(key, parts)
  return parts
}
