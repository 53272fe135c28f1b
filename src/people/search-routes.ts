import { z } from 'zod'
import { cursorOf, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import type { RouteParts } from './route-parts.ts'
import { findPeople } from './search.ts'
import type { SearchPlace } from './search.ts'
import { foundPersonView, presentFound } from './views.ts'

/** As long as a name may be. */
const mostTyped = 50

const typed = z
  .string()
  .max(4 * mostTyped)
  .transform((text) => text.normalize('NFC').trimStart().toLowerCase())
  .refine((text) => [...text].length <= mostTyped && text.isWellFormed(), `At most ${mostTyped} characters`)
  .default('')
  .describe(
    'The beginning of a username or of a name, in any case; the last syllable may be unfinished. Without: whom I follow',
  )

/** The end of the year 9999, which is as far as MySQL counts. */
const lastMs = 253_402_300_799_999
const account = z
  .int()
  .positive()
  .transform((id) => id as AccountId)
const place = z.union([
  z
    .tuple([z.literal('followed'), z.int().positive().max(lastMs), account])
    .transform(([way, since, id]): SearchPlace => ({ way, since: new Date(since), account: id })),
  z
    .tuple([z.literal('username'), z.string().regex(/^\w{1,30}$/)])
    .transform(([way, username]): SearchPlace => ({ way, username })),
  z
    .tuple([z.literal('name'), z.string().max(4 * mostTyped), account])
    .transform(([way, name, id]): SearchPlace => ({ way, name, account: id })),
])

export function searchRoute(parts: RouteParts): Route {
  return route({
    method: 'GET',
    path: '/v1/people',
    summary: 'People whose username or name begins so: those whom I follow first',
    access: 'member',
    problems: [],
    limit: parts.searchLimit,
    query: z.strictObject({ q: typed, limit: pageLimit, cursor: cursorOf(place) }),
    answers: { 200: pageOf(foundPersonView) },
    hasEtag: true,
    async handle({ viewer, query, target }) {
      const found = await findPeople(parts, viewer.account, {
        ...{ typed: query.q, from: query.cursor },
        limit: query.limit + 1,
      })
      const { items, last } = pageFrom(found, query.limit)
      const profiles = await parts.accounts.profiles(items.map((one) => one.account))
      const views = items.map((one) => presentFound(one, profiles))
      return pageAnswer(target, views, { next: last && written(last.place) })
    },
  })
}

function written(next: SearchPlace): z.input<typeof place> {
  switch (next.way) {
    case 'followed':
      return [next.way, next.since.getTime(), next.account]
    case 'username':
      return [next.way, next.username]
    case 'name':
      return [next.way, next.name, next.account]
    default:
      return next satisfies never
  }
}
