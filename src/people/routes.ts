import { Problem } from '../platform/errors.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Method, Route } from '../platform/http/route.ts'
import { block, follow, mute, unblock, unfollow, unmute } from './changes.ts'
import type { Change } from './changes.ts'
import { listRoutes } from './list-routes.ts'
import { pictureRoutes } from './picture-routes.ts'
import { existingPerson, personParams, visiblePerson } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { searchRoute } from './search-routes.ts'
import { countsOf } from './store.ts'
import { personPageView, presentPersonPage } from './views.ts'

export function peopleRoutes(parts: RouteParts): Route[] {
  return [
    searchRoute(parts),
    personRoute(parts),
    ...relationRoutes(parts),
    ...listRoutes(parts),
    ...pictureRoutes(parts),
  ]
}

function personRoute(parts: RouteParts): Route {
  return route({
    method: 'GET',
    path: '/v1/people/:username',
    summary: 'A person, and how I stand to them. Who blocks me is not found; I still find whom I block',
    access: 'member',
    problems: ['not_found'],
    hasEtag: true,
    params: personParams,
    answers: { 200: personPageView },
    async handle({ viewer, params }) {
      const { person, relation } = await visiblePerson(parts, viewer.account, params.username)
      return { status: 200, body: presentPersonPage(person, await countsOf(parts.sql, person.id), relation) }
    },
  })
}

function relationRoutes(parts: RouteParts): Route[] {
  return [
    changeRoute(parts, 'PUT', 'follow', 'Follow a person', follow),
    changeRoute(parts, 'DELETE', 'follow', 'Follow a person no longer', unfollow),
    changeRoute(parts, 'PUT', 'block', 'Block a person: to each other we are not there', block),
    changeRoute(parts, 'DELETE', 'block', 'Block a person no longer; follows that the block ended stay ended', unblock),
    changeRoute(parts, 'PUT', 'mute', 'Mute a person: left out of what comes by itself, and not told', mute),
    changeRoute(parts, 'DELETE', 'mute', 'Mute a person no longer', unmute),
  ]
}

function changeRoute(parts: RouteParts, method: Method, what: string, summary: string, change: Change): Route {
  return route({
    ...{ method, summary },
    path: `/v1/people/:username/${what}`,
    access: 'member',
    problems: ['not_found', 'conflict'],
    params: personParams,
    limit: parts.changeLimit,
    answers: { 204: nothing },
    async handle({ viewer, params }) {
      const other = await existingPerson(parts, params.username)
      if (other.id === viewer.account) throw oneself()
      await change(parts, viewer.account, other.id)
      return { status: 204 }
    },
  })
}

function oneself(): Problem {
  return new Problem('bad_input', {
    errors: [{ pointer: '/username', code: 'oneself', detail: 'Nobody follows, blocks or mutes themselves' }],
  })
}
