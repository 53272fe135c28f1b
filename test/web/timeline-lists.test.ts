import test from 'ava'
import type { Paging } from '../../web/src/api/paging.ts'
import { ApiProblem } from '../../web/src/api/problem.ts'
import type { LivePage, Post } from '../../web/src/api/types.ts'
import { OnePost } from '../../web/src/timeline/one-post.ts'
import { PostSequence } from '../../web/src/timeline/post-sequence.ts'
import type { PostSource } from '../../web/src/timeline/post-sequence.ts'
import { Posts } from '../../web/src/timeline/posts.ts'

function postOf(id: string, author = 'bob'): Post {
  const person = { id: `id of ${author}`, username: author, displayName: author, picture: null }
  const words = { text: id, pictures: [], area: null, tags: [], mentions: [] }
  const counts = { likeCount: 0, commentCount: 0, isLiked: false }
  const createdAt = new Date(Date.UTC(2026, 0, 1) + Number(id) * 1000).toISOString()
  return { id, kind: 'plain', author: person, ...words, ...counts, createdAt }
}

function pageOf(items: readonly Post[], next?: string): LivePage<Post> {
  return { items: [...items], page: next === undefined ? {} : { next }, stream: '0' }
}

function listOf(posts: Posts, source: Partial<PostSource> & Pick<PostSource, 'read'>): PostSequence {
  const sequence = new PostSequence({
    posts,
    source: { takes: () => true, isByTime: true, ...source },
    isMine: () => false,
    joinAt: () => {},
    later: (call) => call(),
  })
  posts.add(sequence)
  return sequence
}

const shown = (list: PostSequence): string[] => list.entries.value.map((entry) => entry.value.post.id)

test('a ranking that is no longer kept goes on below with what is not shown yet', async (t) => {
  const asked: (string | undefined)[] = []
  const first = pageOf([postOf('1'), postOf('2')], 'old')
  const now = new Map([
    [undefined, pageOf([postOf('2'), postOf('1')], 'a')],
    ['a', pageOf([postOf('3')], 'b')],
    ['b', pageOf([postOf('4')])],
  ])
  async function read({ cursor }: Paging): Promise<LivePage<Post>> {
    asked.push(cursor)
    if (asked.length === 1) return first
    const page = now.get(cursor)
    if (page === undefined) throw new ApiProblem({ code: 'cursor_expired', status: 410 })
    return page
  }
  const list = listOf(new Posts(), { read, isByTime: false })
  await list.begin()

  await list.more()

  t.deepEqual(shown(list), ['1', '2', '3'])
  t.deepEqual(asked, [undefined, 'old', undefined, 'a'])
  t.is(list.problem.value, undefined)
  await list.more()
  t.deepEqual(shown(list), ['1', '2', '3', '4'])
  t.false(list.hasMore.value)
})

test('whom I hide is gone from all lists at once, but for the one of their own posts', async (t) => {
  const posts = new Posts()
  const items = [postOf('3', 'bob'), postOf('2', 'carol'), postOf('1', 'bob')]
  let isHidden = false
  const all = async (): Promise<LivePage<Post>> => pageOf(isHidden ? items.slice(1, 2) : items)
  const everybody = listOf(posts, { read: all })
  const popular = listOf(posts, { read: all, isByTime: false })
  const bobs = listOf(posts, { read: async () => pageOf([items[0]!, items[2]!]), isOfOne: true })
  for (const list of [everybody, popular, bobs]) await list.begin()

  isHidden = true
  posts.hide('bob')

  t.deepEqual(shown(everybody), ['2'])
  t.deepEqual(shown(popular), ['2'])
  t.deepEqual(shown(bobs), ['3', '1'])
})

test('a list that could not be read is read with the next gap', async (t) => {
  const posts = new Posts()
  let isThere = false
  const list = listOf(posts, {
    read: async () => {
      if (!isThere) throw new ApiProblem({ code: 'offline' })
      return pageOf([postOf('1')])
    },
  })
  await list.begin()
  t.is(list.state.value, 'failed')

  isThere = true
  posts.readAnew()
  await new Promise(setImmediate)

  t.deepEqual(shown(list), ['1'])
})

test('a next page that was given up for a beginning that failed is read again', async (t) => {
  const posts = new Posts()
  const waiting: (() => void)[] = []
  let isBeginning = true
  const list = listOf(posts, {
    read: async ({ cursor }) => {
      if (cursor === undefined && !isBeginning) throw new ApiProblem({ code: 'offline' })
      isBeginning = false
      if (cursor === undefined) return pageOf([postOf('2')], 'next')
      await new Promise<void>((resolve) => waiting.push(resolve))
      return pageOf([postOf('1')])
    },
  })
  await list.begin()
  for (let id = 3; id < 105; id += 1) posts.hear({ type: 'post.created', post: postOf(String(id)) })
  t.true(list.isFreshFull.value)

  void list.more()
  const problem = await list.showFresh()
  t.is(problem?.code, 'offline')
  for (const answer of waiting) answer()
  await new Promise(setImmediate)

  t.deepEqual(shown(list), ['2', '1'])
  t.is(list.state.value, 'ready')
})

/** A ranking of these pages, and what was asked for of it. */
function rankingOf(posts: Posts) {
  const now = { pages: [['5', '4'], ['3', '2'], ['1']], asked: [] as (string | undefined)[] }
  const list = listOf(posts, {
    isByTime: false,
    read: async ({ cursor }) => {
      now.asked.push(cursor)
      const at = Number(cursor ?? 0)
      const next = at + 1 < now.pages.length ? String(at + 1) : undefined
      return pageOf(
        (now.pages[at] ?? []).map((id) => postOf(id)),
        next,
      )
    },
  })
  return { list, now }
}

test('after a gap a ranking keeps its order, also of what has gone down in it, and loses what is nowhere in it', async (t) => {
  const posts = new Posts()
  const { list, now } = rankingOf(posts)
  await list.begin()
  await list.more()
  t.deepEqual(shown(list), ['5', '4', '3', '2'])

  now.pages = [['2', '9'], ['8', '7'], ['5'], ['3']]
  posts.readAnew()
  await new Promise(setImmediate)

  t.deepEqual(shown(list), ['5', '3', '2'])
})

test('after a gap a ranking is read until all that is shown was met, and no further', async (t) => {
  const posts = new Posts()
  const { list, now } = rankingOf(posts)
  await list.begin()

  now.pages = [['5', '9'], ['4'], ['3']]
  now.asked = []
  posts.readAnew()
  await new Promise(setImmediate)

  t.deepEqual(shown(list), ['5', '4'])
  t.deepEqual(now.asked, [undefined, '1'])
})

test('a post that was gone for me is there when it is again', async (t) => {
  const posts = new Posts()
  let isHidden = false
  const one = new OnePost({
    id: '1',
    posts,
    ask: async () => {
      if (isHidden) throw new ApiProblem({ code: 'not_found', status: 404 })
      return postOf('1')
    },
  })
  posts.add(one)
  await one.read()

  isHidden = true
  await one.read()
  t.true(one.isGone.value)

  isHidden = false
  await one.read()
  t.false(one.isGone.value)
  t.is(one.entry.value?.value.post.id, '1')
})

test('a post that is deleted while it is read anew is gone', async (t) => {
  const posts = new Posts()
  let answer = (): void => {}
  const ask = () => new Promise<Post>((resolve) => (answer = () => resolve(postOf('1'))))
  const one = new OnePost({ id: '1', posts, ask })
  posts.add(one)

  const reading = one.read()
  posts.hear({ type: 'post.deleted', post: '1' })
  answer()
  await reading

  t.true(one.isGone.value)
})
