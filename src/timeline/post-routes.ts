import { onRecordOf } from '../audit/index.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { askerFrom, postFor } from './access.ts'
import { editLimit, postLimit } from './limits.ts'
import { newPost, postChanges } from './post.ts'
import { createPost, editPost, removePost } from './posts.ts'
import { presentOne } from './presenting.ts'
import { postParams } from './route-parts.ts'
import type { TimelineParts } from './route-parts.ts'
import { postView } from './views.ts'

export function postRoutes(parts: TimelineParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/posts',
      summary: 'Post something: text, pictures that I have uploaded, or both',
      access: 'member',
      problems: [],
      body: newPost,
      answers: { 201: postView },
      isIdempotent: true,
      limit: postLimit(parts.config),
      handle: ({ viewer, body, once }) => createPost(parts, viewer, body, once),
    }),
    route({
      method: 'GET',
      path: '/v1/posts/:id',
      summary: 'A post',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      answers: { 200: postView },
      hasEtag: true,
      async handle({ viewer, params }) {
        const asker = await askerFrom(parts, viewer)
        const post = await postFor(parts.sql, asker, 'read', params.id)
        return { status: 200, body: await presentOne(parts, viewer.account, post) }
      },
    }),
    route({
      method: 'PATCH',
      path: '/v1/posts/:id',
      summary: 'Change what is given of my post; pictures are given as a whole. It is marked as edited',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      body: postChanges,
      answers: { 200: postView },
      limit: editLimit(parts.config),
      async handle({ viewer, params, body }) {
        return { status: 200, body: await editPost(parts, viewer, params.id, body) }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/posts/:id',
      summary: 'Delete my post with all its comments, likes and pictures; an admin, any post',
      access: 'member',
      problems: ['not_found'],
      params: postParams,
      answers: { 204: nothing },
      async handle({ viewer, params, requestId }) {
        await removePost(parts, viewer, params.id, onRecordOf({ account: viewer.account, via: 'api', requestId }))
        return { status: 204 }
      },
    }),
  ]
}
