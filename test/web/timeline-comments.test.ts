import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import type { Paging } from '../../web/src/api/paging.ts'
import { ApiProblem } from '../../web/src/api/problem.ts'
import type { Comment, Page } from '../../web/src/api/types.ts'
import { Comments } from '../../web/src/timeline/comments.ts'
import type { CommentOrder } from '../../web/src/timeline/comments.ts'

function commentOf(nth: number): Comment {
  const author = { id: 'bob', username: 'bob', displayName: 'bob', picture: null }
  const createdAt = new Date(Date.UTC(2026, 0, 1) + nth * 1000).toISOString()
  return { id: String(nth), post: '7', author, text: `comment ${nth}`, mentions: [], createdAt }
}

/** The comments of a post with so many, on a server that may be away. */
function commenting(count: number) {
  const server = { items: Array.from({ length: count }, (_, nth) => commentOf(nth + 1)), isAway: false, asked: 0 }
  const comments = new Comments({
    post: '7',
    api: {
      async comments(_, { order, cursor, limit = 20 }: Paging & { order: CommentOrder }): Promise<Page<Comment>> {
        server.asked += 1
        if (server.isAway) throw new ApiProblem({ code: 'offline' })
        const all = order === 'oldest' ? server.items : server.items.toReversed()
        const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1
        const items = all.slice(from, from + limit)
        const last = items.at(-1)
        return { items, page: from + limit < all.length && last !== undefined ? { next: last.id } : {} }
      },
      async oneComment(id) {
        return commentOf(Number(id))
      },
    },
  })
  return { comments, server }
}

const shown = (comments: Comments): number[] => comments.items.value.map(({ id }) => Number(id))
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, nth) => nth + first)

test('after a gap comments are read again down to where they were read', async (t) => {
  const { comments, server } = commenting(150)
  await comments.begin()
  for (let page = 0; page < 5; page += 1) await comments.more()
  t.deepEqual(shown(comments), upTo(120))
  server.items = server.items.filter(({ id }) => id !== '3')
  server.asked = 0

  comments.readAnew()
  await setImmediate()
  t.is(server.asked, 2)
  t.deepEqual(shown(comments), [1, 2, ...upTo(121, 4)])
  t.true(comments.hasMore.value)
  await comments.more()
  t.deepEqual(shown(comments), [1, 2, ...upTo(141, 4)])
})

test('where all comments were shown, those are that came in a gap', async (t) => {
  const { comments, server } = commenting(30)
  await comments.begin()
  await comments.more()
  t.false(comments.hasMore.value)
  server.items.push(...upTo(40, 31).map(commentOf))

  comments.readAnew()
  await setImmediate()

  t.deepEqual(shown(comments), upTo(40))
  t.false(comments.hasMore.value)
})

test('newest first, what came in a gap stands on top, and what was shown stays below', async (t) => {
  const { comments, server } = commenting(60)
  await comments.begin('newest')
  t.deepEqual(shown(comments), upTo(60, 41).toReversed())
  server.items.push(commentOf(61))

  comments.readAnew()
  await setImmediate()

  t.deepEqual(shown(comments), upTo(61, 41).toReversed())
  await comments.more()
  t.deepEqual(shown(comments), upTo(61, 22).toReversed())
})

test('a comment of mine that stands ahead of its page stays there over a gap', async (t) => {
  const { comments, server } = commenting(60)
  await comments.begin()
  server.items.push(commentOf(61))
  comments.put(commentOf(61))
  t.deepEqual(shown(comments), [...upTo(20), 61])

  comments.readAnew()
  await setImmediate()

  t.deepEqual(shown(comments), [...upTo(21), 61])
})

test('what could not be read after a gap stays as it is, and is read down to there by the next try', async (t) => {
  const { comments, server } = commenting(50)
  await comments.begin()
  await comments.more()
  server.isAway = true
  server.items = server.items.filter(({ id }) => id !== '3')
  comments.readAnew()
  await setImmediate()
  t.is(comments.problem.value?.code, 'offline')
  t.deepEqual(shown(comments), upTo(40))

  server.isAway = false
  await comments.again()

  t.is(comments.problem.value, undefined)
  t.deepEqual(shown(comments), [1, 2, ...upTo(41, 4)])
})
