import type { Http } from './http.ts'
import type { Paging } from './paging.ts'
import type { Comment, Like, Liking, LivePage, Page, Post } from './types.ts'

export interface Feed {
  feed: 'all' | 'following' | 'area' | 'popular'
  tag?: string
  area?: string
}
export interface PostDraft {
  text: string
  pictures: { media: string; alt?: string }[]
  area?: string
}
export type { Paging }

/** What is not named stays as it is; `area: null` takes the area away. */
export type PostChange = Partial<Omit<PostDraft, 'area'>> & { area?: string | null }

/** Posts, comments and likes. Errors of all: `ApiProblem`. */
export function timelineApi(http: Http) {
  const post = (id: string): string => `/v1/posts/${encodeURIComponent(id)}`
  const comment = (id: string): string => `/v1/comments/${encodeURIComponent(id)}`
  return {
    feed: (feed: Feed, page: Paging = {}) =>
      http.ask<LivePage<Post>>('/v1/timeline', { query: { ...feed, cursor: page.cursor, limit: page.limit } }),
    postsOf: (username: string, page: Paging = {}) =>
      http.ask<LivePage<Post>>(`/v1/people/${encodeURIComponent(username)}/posts`, {
        query: { cursor: page.cursor, limit: page.limit },
      }),
    post: (id: string) => http.ask<Post>(post(id)),
    create: (draft: PostDraft, idempotencyKey: string) =>
      http.ask<Post>('/v1/posts', { method: 'POST', body: draft, idempotencyKey }),
    edit: (id: string, change: PostChange) => http.ask<Post>(post(id), { method: 'PATCH', body: change }),
    remove: (id: string) => http.ask<void>(post(id), { method: 'DELETE' }),
    like: (id: string) => http.ask<Liking>(`${post(id)}/like`, { method: 'PUT' }),
    unlike: (id: string) => http.ask<Liking>(`${post(id)}/like`, { method: 'DELETE' }),
    likes: (id: string, page: Paging = {}) => http.ask<Page<Like>>(`${post(id)}/likes`, { query: { ...page } }),
    comments: (id: string, page: Paging & { order?: 'oldest' | 'newest' } = {}) =>
      http.ask<Page<Comment>>(`${post(id)}/comments`, { query: { ...page } }),
    comment: (id: string, text: string, idempotencyKey: string) =>
      http.ask<Comment>(`${post(id)}/comments`, { method: 'POST', body: { text }, idempotencyKey }),
    oneComment: (id: string) => http.ask<Comment>(comment(id)),
    editComment: (id: string, text: string) => http.ask<Comment>(comment(id), { method: 'PATCH', body: { text } }),
    removeComment: (id: string) => http.ask<void>(comment(id), { method: 'DELETE' }),
  }
}
