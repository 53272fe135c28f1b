import { z } from 'zod'
import { cursorOf, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { AccountId } from '../platform/ids.ts'
import { blockedBy, followersOf, followingOf, mutedBy } from './list-store.ts'
import type { Hidden, Listed, ListPage } from './list-store.ts'
import { personParams, visiblePerson } from './route-parts.ts'
import type { RouteParts } from './route-parts.ts'
import { listedPersonView, presentListed } from './views.ts'

/** The end of the year 9999, which is as far as MySQL counts; it fails at what it cannot read as a time. */
const lastMs = 253_402_300_799_999
/** Time in milliseconds, and account. */
const listCursor = cursorOf(z.tuple([z.int().positive().max(lastMs), z.int().positive()]))
const listQuery = z.strictObject({ limit: pageLimit, cursor: listCursor })
const answers = { 200: pageOf(listedPersonView) }

export function listRoutes(parts: RouteParts): Route[] {
  return [
    personalList(parts, 'followers', 'Who follows a person, newest first', followersOf),
    personalList(parts, 'following', 'Whom a person follows, newest first', followingOf),
    ownList(parts, 'blocks', 'Whom I block, newest first', blockedBy),
    ownList(parts, 'mutes', 'Whom I mute, newest first', mutedBy),
  ]
}

function personalList(parts: RouteParts, name: string, summary: string, read: typeof followersOf): Route {
  return route({
    method: 'GET',
    path: `/v1/people/:username/${name}`,
    summary,
    access: 'member',
    problems: ['not_found'],
    params: personParams,
    query: listQuery,
    answers,
    hasEtag: true,
    async handle({ viewer, params, query, target }) {
      const { person } = await visiblePerson(parts, viewer.account, params.username)
      return answerList(parts, { target, query }, (page) => read(parts.sql, person.id, viewer.account, page))
    },
  })
}

function ownList(parts: RouteParts, name: string, summary: string, read: typeof blockedBy): Route {
  return route({
    method: 'GET',
    path: `/v1/me/${name}`,
    summary,
    access: 'member',
    problems: [],
    query: listQuery,
    answers,
    hasEtag: true,
    handle: ({ viewer, query, target }) =>
      answerList(parts, { target, query }, (page) => read(parts.sql, viewer.account, page)),
  })
}

async function answerList(
  parts: RouteParts,
  asked: { target: string; query: z.output<typeof listQuery> },
  read: (page: ListPage) => Promise<(Listed | Hidden)[]>,
) {
  const { cursor, limit } = asked.query
  const before = cursor && { since: new Date(cursor[0]), account: cursor[1] as AccountId }
  const found = await read({ before, limit: limit + 1 })
  const { items, last } = pageFrom(found, limit)
  const profiles = await parts.accounts.profiles(items.map((item) => item.account))
  const views = items.map((item) => presentListed(item, profiles))
  return pageAnswer(asked.target, views, { next: last && [last.since.getTime(), last.account] })
}
