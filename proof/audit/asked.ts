import { matrix } from '../../test/security/matrix.ts'
import { fill, routesOf } from '../../test/security/routes.ts'
import type { ServedRoute } from '../../test/security/routes.ts'
import { missing, thingsOf } from '../../test/security/things.ts'
import type { Cast, Player } from '../../test/security/cast.ts'

/** A request that a route takes, as the person who asks would send it. */
export interface Asked {
  line: string
  method: string
  /** With named parts, as in the route. */
  pattern: string
  /** Of things that are there, mostly. */
  parts: Record<string, string>
  /** Names of the query that the document knows. */
  query: Record<string, string>
  body: Record<string, unknown> | undefined
}

/** Their success would end the session of those who ask, or is a stream without end. */
const leftOut = [
  'DELETE /v1/sessions/current',
  'PUT /v1/me/password',
  'GET /v1/stream',
  'GET /v1/socket',
  'POST /v1/media',
]

const samples: Record<string, string> = {
  ...{ limit: '5', feed: 'all', order: 'oldest', tag: 'madang', area: 'Seoul', kind: 'all' },
}

/** One request for each route of the document that a tool can ask again and again. What only looks comes first, what takes away last. */
export async function everyRequest(cast: Cast, asker: Player): Promise<Asked[]> {
  const routes = (await routesOf(cast.origin)).filter(({ line }) => !leftOut.includes(line))
  const things = thingsOf(cast)
  const asked: Asked[] = []
  for (const route of routes.toSorted((one, other) => rankOf(one) - rankOf(other))) {
    const row = matrix[route.line]
    const isNothing = row?.about === 'session' || route.line === 'PUT /v1/admin/people/:username/role'
    const whose = route.line.includes('/people/') ? 'others' : 'own'
    const parts = row?.about === undefined ? {} : isNothing ? missing : await things[row.about](asker, whose)
    const body = (await row?.body?.(parts)) as Record<string, unknown> | undefined
    const { line, method } = route
    asked.push({
      line,
      method,
      pattern: route.path,
      parts,
      query: Object.fromEntries(route.query.map((name) => [name, samples[name] ?? '1'])),
      body,
    })
  }
  return asked
}

export function pathOf({ pattern, parts }: Asked): string {
  return fill(pattern, parts)
}

function rankOf({ method }: ServedRoute): number {
  return ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].indexOf(method)
}
