import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import type { Liking, Post } from '../../web/src/api/types.ts'
import { wishLike } from '../../web/src/timeline/liking.ts'
import { OnePost } from '../../web/src/timeline/one-post.ts'
import { Posts, likesOf } from '../../web/src/timeline/posts.ts'
import type { Entry } from '../../web/src/timeline/posts.ts'

function postOf(id: string): Post {
  const person = { id: 'id of bob', username: 'bob', displayName: 'bob', picture: null }
  const words = { text: id, pictures: [], area: null, tags: [], mentions: [] }
  const counts = { likeCount: 4, commentCount: 0, isLiked: false }
  return { id, kind: 'plain', author: person, ...words, ...counts, createdAt: '2026-01-01T00:00:00.000Z' }
}

/** A server that counts what it is asked, and answers when it is told to. */
function slowServer() {
  const asked: string[] = []
  const answers: (() => void)[] = []
  const ask = (word: string, isLiked: boolean) => (post: string) => {
    asked.push(`${word} ${post}`)
    // Who asks without end is not let: the test shall end.
    if (asked.length > 10) return Promise.reject(new Error('asked without end'))
    return new Promise<Liking>((resolve) => answers.push(() => resolve({ post, isLiked, likeCount: isLiked ? 5 : 4 })))
  }
  async function answerAll(): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds += 1) {
      answers.shift()?.()
      await setImmediate()
    }
  }
  return { asked, answerAll, api: { like: ask('like', true), unlike: ask('unlike', false) } }
}

async function shownOn(posts: Posts, post: Post): Promise<{ entry: Entry; leave: () => void }> {
  const one = new OnePost({ id: post.id, posts, ask: () => Promise.resolve(post) })
  const leave = posts.add(one)
  await one.read()
  const entry = one.entry.peek()
  if (entry === undefined) throw new Error('it was read')
  return { entry, leave }
}

test('a like of a post that one has left is sent once', async (t) => {
  const { asked, answerAll, api } = slowServer()
  const posts = new Posts()
  const { entry, leave } = await shownOn(posts, postOf('7'))

  const liking = wishLike({ posts, api }, entry, true)
  leave()
  await answerAll()
  await liking

  t.deepEqual(asked, ['like 7'])
  t.deepEqual(likesOf(entry.peek()), { isLiked: true, count: 5 })
})

test('a like is sent once, and shown, where the post has been read anew on another page meanwhile', async (t) => {
  const { asked, answerAll, api } = slowServer()
  const posts = new Posts()
  const { entry, leave } = await shownOn(posts, postOf('7'))

  const liking = wishLike({ posts, api }, entry, true)
  leave()
  const again = await shownOn(posts, postOf('7'))
  t.not(again.entry, entry)
  await answerAll()
  await liking

  t.deepEqual(asked, ['like 7'])
  t.deepEqual(likesOf(again.entry.peek()), { isLiked: true, count: 5 })
})

test('of wishes that change while one is on its way the last is sent last', async (t) => {
  const { asked, answerAll, api } = slowServer()
  const posts = new Posts()
  const { entry } = await shownOn(posts, postOf('7'))

  const likings = [true, false, true, false].map((wish) => wishLike({ posts, api }, entry, wish))
  t.deepEqual(likesOf(entry.peek()), { isLiked: false, count: 4 })
  await answerAll()
  await Promise.all(likings)

  t.deepEqual(asked, ['like 7', 'unlike 7'])
  t.deepEqual(likesOf(entry.peek()), { isLiked: false, count: 4 })
})
