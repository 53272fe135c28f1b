import { z } from 'zod'
import { onRecordOf } from '../audit/index.ts'
import { cursorOf, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { CommentId } from '../platform/ids.ts'
import { postFor } from './access.ts'
import { commentOrders, commentsOf } from './comment-store.ts'
import { createComment, editComment, newComment, readComment, removeComment } from './comments.ts'
import { commentLimit, editLimit } from './limits.ts'
import { commentParams, postParams } from './route-parts.ts'
import type { TimelineParts } from './route-parts.ts'
import { commentView, peopleIn, presentComment } from './views.ts'

/** A cursor goes on in the order in which it was made. */
const place = z.strictObject({ order: z.enum(commentOrders), id: z.int().positive() })

const commentQuery = z
  .strictObject({
    order: z.enum(commentOrders).default('oldest').describe('Which comments come first'),
    limit: pageLimit,
    cursor: cursorOf(place),
  })
  .refine((query) => query.cursor === undefined || query.cursor.order === query.order, {
    error: 'A cursor of the other order',
    params: { code: 'bad_cursor' },
    path: ['cursor'],
  })

export function commentRoutes(parts: TimelineParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/posts/:id/comments',
      summary: 'The comments of a post',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      query: commentQuery,
      answers: { 200: pageOf(commentView) },
      hasEtag: true,
      async handle({ viewer, params, query, target }) {
        const { order, limit, cursor } = query
        const relations = await parts.people.relationsOf(viewer.account)
        const post = await postFor(parts.sql, { viewer, relations }, 'read', params.id)
        const from = cursor?.id as CommentId | undefined
        const found = await commentsOf(parts.sql, post.id, { order, from, without: relations.hidden, limit: limit + 1 })
        const { items: comments, last } = pageFrom(found, limit)
        const profiles = await parts.accounts.profiles(peopleIn(comments))
        const views = comments.map((comment) => presentComment(comment, profiles))
        return pageAnswer(target, views, { next: last && { order, id: last.id } })
      },
    }),
    route({
      method: 'POST',
      path: '/v1/posts/:id/comments',
      summary: 'Say something about a post',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      body: newComment,
      answers: { 201: commentView },
      isIdempotent: true,
      limit: commentLimit(parts.config),
      handle: ({ viewer, params, body, once }) =>
        createComment(parts, viewer, { post: params.id, text: body.text }, once),
    }),
    route({
      method: 'GET',
      path: '/v1/comments/:id',
      summary: 'A comment; what a list of comments leaves out for me is not there',
      access: 'member',
      problems: ['not_found'],
      params: commentParams,
      answers: { 200: commentView },
      hasEtag: true,
      async handle({ viewer, params }) {
        return { status: 200, body: await readComment(parts, viewer, params.id) }
      },
    }),
    route({
      method: 'PATCH',
      path: '/v1/comments/:id',
      summary: 'Change my comment; it is marked as edited',
      access: 'member',
      problems: ['not_found'],
      params: commentParams,
      body: newComment,
      answers: { 200: commentView },
      limit: editLimit(parts.config),
      async handle({ viewer, params, body }) {
        return { status: 200, body: await editComment(parts, viewer, params.id, body.text) }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/comments/:id',
      summary: 'Delete a comment: who wrote it, whose post it is under, or an admin',
      access: 'member',
      problems: ['not_found'],
      params: commentParams,
      answers: { 204: nothing },
      async handle({ viewer, params, requestId }) {
        await removeComment(parts, viewer, params.id, onRecordOf({ account: viewer.account, via: 'api', requestId }))
        return { status: 204 }
      },
    }),
  ]
}
