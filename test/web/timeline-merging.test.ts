import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import * as fc from 'fast-check'
import type { LivePage, Post, SharedPost } from '../../web/src/api/types.ts'
import type { Paging } from '../../web/src/api/paging.ts'
import { PostSequence } from '../../web/src/timeline/post-sequence.ts'
import { Posts } from '../../web/src/timeline/posts.ts'
import type { PostEvent } from '../../web/src/timeline/posts.ts'
import { seeded } from '../support/seeded.ts'

/** A server of posts that does one thing at a time: what it knows, and what its stream has still to tell. */
class SmallServer {
  posts: Post[] = []
  untold: PostEvent[] = []
  /** Pages that are asked for and not read yet, and such as are read and on their way. */
  asked: (() => void)[] = []
  answered: (() => void)[] = []
  #made = 0

  create(author: string): void {
    this.#made += 1
    const post = postOf(this.#made, author)
    this.posts.unshift(post)
    this.untold.push({ type: 'post.created', post: shared(post) })
  }

  change(place: number, change: (post: Post) => PostEvent): void {
    const post = this.posts[place % Math.max(1, this.posts.length)]
    if (post !== undefined) this.untold.push(change(post))
  }

  /** Everybody's posts in pages of two. */
  read(page: Paging): Promise<LivePage<Post>> {
    return new Promise((resolve) => {
      this.asked.push(() => {
        const answer = this.#pageAfter(page)
        this.answered.push(() => resolve(answer))
      })
    })
  }

  #pageAfter({ cursor, limit = 2 }: Paging): LivePage<Post> {
    const older = this.posts.filter((post) => cursor === undefined || Number(post.id) < Number(cursor))
    const items = structuredClone(older.slice(0, limit))
    const last = items.at(-1)
    return { items, page: older.length > limit && last !== undefined ? { next: last.id } : {}, stream: '0' }
  }
}

function postOf(nth: number, author: string): Post {
  const person = { id: author, username: author, displayName: author, picture: null }
  const createdAt = new Date(Date.UTC(2026, 0, 1) + nth * 1000).toISOString()
  const words = { text: `post ${nth}`, pictures: [], area: null, tags: [], mentions: [] }
  const counts = { likeCount: 0, commentCount: 0, isLiked: false }
  return { id: String(nth), kind: 'plain', author: person, ...words, ...counts, createdAt }
}

function shared(post: Post): SharedPost {
  const told: SharedPost & { isLiked?: boolean } = structuredClone(post)
  delete told.isLiked
  return told
}

const edit = (post: Post): PostEvent => {
  post.text += '!'
  post.editedAt = post.createdAt
  return { type: 'post.updated', post: shared(post) }
}
const like = (post: Post): PostEvent => {
  post.likeCount += 1
  return { type: 'likes.changed', post: post.id, likeCount: post.likeCount }
}
const comment = (post: Post): PostEvent => {
  post.commentCount += 1
  return { type: 'comment.created', post: post.id, comment: '1', commentCount: post.commentCount }
}

function listOf(server: SmallServer) {
  const posts = new Posts()
  const sequence = new PostSequence({
    posts,
    source: { read: (page) => server.read(page), takes: () => true, isByTime: true },
    isMine: (post) => post.author?.id === 'me',
    joinAt: () => {},
    later: (call) => call(),
  })
  posts.add(sequence)
  return { posts, sequence }
}

type List = ReturnType<typeof listOf>
type Step = (server: SmallServer, list: List) => void
const place = fc.nat(20)

const steps: fc.Arbitrary<Step>[] = [
  fc.constantFrom('me', 'bob', 'carol').map((author) => (server) => server.create(author)),
  fc.tuple(place, fc.constantFrom(edit, like, comment)).map(
    ([at, change]) =>
      (server) =>
        server.change(at, change),
  ),
  place.map((at) => (server) => {
    server.change(at, (post) => {
      server.posts = server.posts.filter((one) => one !== post)
      return { type: 'post.deleted', post: post.id }
    })
  }),
  fc.constant((server, { posts }) => {
    const event = server.untold.shift()
    if (event !== undefined) posts.hear(event)
  }),
  fc.constant((_, { sequence }) => void sequence.more()),
  fc.constant((_, { sequence }) => void sequence.showFresh()),
  fc.constant((_, { sequence }) => void sequence.begin()),
  // What was not told yet is never told; that it is missing is.
  fc.constant((server, { posts }) => {
    server.untold = []
    posts.readAnew()
  }),
  place.map((at) => (server) => server.asked.splice(at % Math.max(1, server.asked.length), 1)[0]?.()),
  place.map((at) => (server) => server.answered.splice(at % Math.max(1, server.answered.length), 1)[0]?.()),
]

test('pages, events and gaps in any order end in the same list', async (t) => {
  let longest = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(5), fc.array(fc.oneof(...steps), { maxLength: 60 }), async (before, actions) => {
      const server = new SmallServer()
      for (let nth = 0; nth < before; nth += 1) server.create('bob')
      server.untold = []
      const list = listOf(server)
      void list.sequence.begin()

      for (const act of actions) {
        act(server, list)
        await setImmediate()
      }
      await comeToRest(server, list)

      t.deepEqual(
        list.sequence.entries.value.map((entry) => entry.value.post),
        server.posts,
      )
      longest = Math.max(longest, server.posts.length)
    }),
    seeded(400),
  )
  t.true(longest > 5)
})

/** All is told and answered, and the reader goes to the end of the list. */
async function comeToRest(server: SmallServer, { posts, sequence }: List): Promise<void> {
  for (;;) {
    await setImmediate()
    const [event] = server.untold.splice(0, 1)
    const waiting = server.asked.length > 0 ? server.asked : server.answered
    const [next] = event === undefined ? waiting.splice(0, 1) : []
    if (event !== undefined) posts.hear(event)
    else if (next !== undefined) next()
    else if (sequence.fresh.value.length > 0) void sequence.showFresh()
    else if (sequence.hasMore.value) void sequence.more()
    else return
  }
}

test('new posts of others are announced, mine are there at once, and neither moves what is read', async (t) => {
  const server = new SmallServer()
  for (const author of ['bob', 'bob', 'bob']) server.create(author)
  server.untold = []
  const { posts, sequence } = listOf(server)
  void sequence.begin()
  await comeToRest(server, { posts, sequence })
  const idsOf = (list: typeof sequence.entries) => list.value.map((entry) => entry.value.post.id)

  for (const author of ['carol', 'me', 'bob']) server.create(author)
  for (const event of server.untold) posts.hear(event)

  t.deepEqual(idsOf(sequence.entries), ['5', '3', '2', '1'])
  t.deepEqual(idsOf(sequence.fresh), ['6', '4'])
  await sequence.showFresh()
  t.deepEqual(idsOf(sequence.entries), ['6', '5', '4', '3', '2', '1'])
  t.deepEqual(idsOf(sequence.fresh), [])
})

test('what happens to a post is seen in every list that shows it', async (t) => {
  const server = new SmallServer()
  server.create('bob')
  const one = listOf(server)
  const other = new PostSequence({
    posts: one.posts,
    source: { read: (page) => server.read(page), takes: () => true, isByTime: false },
    isMine: () => false,
    joinAt: () => {},
    later: (call) => call(),
  })
  one.posts.add(other)
  for (const list of [one.sequence, other]) {
    void list.begin()
    await comeToRest(server, { posts: one.posts, sequence: list })
  }

  one.posts.hear({ type: 'liked', post: '1', likeCount: 1, isLiked: true })

  t.is(one.sequence.entries.value[0], other.entries.value[0])
  t.like(other.entries.value[0]?.value.post, { likeCount: 1, isLiked: true })
})
