import { z } from 'zod'
import { presentPerson } from '../accounts/index.ts'
import { idCursor, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { postFor } from './access.ts'
import { likesOf } from './like-store.ts'
import { like, unlike } from './likes.ts'
import { likeLimit } from './limits.ts'
import { postParams } from './route-parts.ts'
import type { TimelineParts } from './route-parts.ts'
import { likeView, likingView } from './views.ts'

export function likeRoutes(parts: TimelineParts): Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/posts/:id/like',
      summary: 'Like a post; once, however often it is said',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      answers: { 200: likingView },
      limit: likeLimit(parts.config),
      async handle({ viewer, params }) {
        return { status: 200, body: { post: String(params.id), ...(await like(parts, viewer, params.id)) } }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/posts/:id/like',
      summary: 'Take my like back, if there is one',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      answers: { 200: likingView },
      limit: likeLimit(parts.config),
      async handle({ viewer, params }) {
        return { status: 200, body: { post: String(params.id), ...(await unlike(parts, viewer, params.id)) } }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/posts/:id/likes',
      summary: 'Who likes a post, the latest first',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      query: z.strictObject({ limit: pageLimit, cursor: idCursor() }),
      answers: { 200: pageOf(likeView) },
      hasEtag: true,
      async handle({ viewer, params, query, target }) {
        const relations = await parts.people.relationsOf(viewer.account)
        const post = await postFor(parts.sql, { viewer, relations }, 'read', params.id)
        const page = { before: query.cursor, without: relations.hidden, limit: query.limit + 1 }
        const found = await likesOf(parts.sql, post.id, page)
        const { items: likes, last } = pageFrom(found, query.limit)
        const profiles = await parts.accounts.profiles(likes.map((one) => one.account))
        const views = likes.flatMap(({ account, at }) => {
          const profile = profiles.get(account)
          return profile === undefined ? [] : [{ person: presentPerson(profile), at: at.toISOString() }]
        })
        return pageAnswer(target, views, { next: last?.id })
      },
    }),
  ]
}
