import test from 'ava'
import { check } from '../../../proof/checker/index.ts'
import type { Record } from '../../../proof/checker/contract.ts'
import type { Like, Line, Listening, Post, Told, Upload } from '../../../proof/history/line.ts'
import { broken, record } from './story.ts'

type Timeline = NonNullable<Record['timeline']>

const empty: Timeline = { posts: [], comments: [], likes: [], uploads: [], events: [] }

function judged(lines: readonly Line[], timeline: Partial<Timeline>): string[] {
  return broken(check(lines, record([], undefined, { timeline: { ...empty, events: toldOf(lines), ...timeline } })))
}

/** What a relay makes of posts, where a test says nothing of events. */
function toldOf(lines: readonly Line[]): Timeline['events'] {
  const ids = new Set(lines.flatMap((line) => (line.what === 'post' && line.id !== undefined ? [line.id] : [])))
  return [...ids].map((post, index) => ({ position: index + 1, event: 'post.created', post }))
}

const call = { client: 'c1', by: 'alice', began: 10, ended: 20, outcome: 'ok' } as const
const post: Post = { ...call, what: 'post', key: 'k1', text: 'hello', id: '1' }
const kept = { id: '1', by: 'alice', text: 'hello', likes: 0, comments: 0 }

test('a post that is there as it was written is as promised', (t) => {
  t.deepEqual(judged([post, { ...post, began: 30, ended: 40 }], { posts: [kept] }), [])
})

test('C14: a post that was acknowledged is there, in its words, once', (t) => {
  t.deepEqual(judged([post], { posts: [] }), ['C14'])
  t.deepEqual(judged([post], { posts: [{ ...kept, text: 'bye' }] }), ['C14'])
  t.deepEqual(judged([post], { posts: [kept, { ...kept, id: '2' }] }), ['C14'])
})

test('C14: one key makes one thing', (t) => {
  t.deepEqual(judged([post, { ...post, id: '2' }], { posts: [kept, { ...kept, id: '2' }] }), ['C14'])
})

test('a post of unknown outcome is there once or not at all, a refused one not', (t) => {
  const { id: _id, ...draft } = post
  const unknown: Post = { ...draft, outcome: 'unknown' }
  const twice = [kept, { ...kept, id: '2' }]

  t.deepEqual(judged([unknown], { posts: [] }), [])
  t.deepEqual(judged([unknown], { posts: [kept] }), [])
  t.deepEqual(judged([unknown], { posts: twice }), ['C14'])
  t.deepEqual(judged([{ ...unknown, outcome: 'fail' }], { posts: [kept] }), ['C14'])
})

test('C14: a comment stands below the post that it was written under', (t) => {
  const comment: Post = { ...post, what: 'comment', key: 'k2', text: 'yes', id: '7', post: '1' }
  const row = { id: '7', post: '1', by: 'alice', text: 'yes' }
  const posts = [{ ...kept, comments: 1 }]

  t.deepEqual(judged([post, comment], { posts, comments: [row] }), [])
  t.deepEqual(judged([comment], { posts: [], comments: [{ ...row, post: '2' }] }), ['C14'])
})

test('C14: counts are those of the rows', (t) => {
  t.deepEqual(judged([], { posts: [{ ...kept, likes: 1 }] }), ['C14'])
  t.deepEqual(judged([], { posts: [{ ...kept, comments: 1 }] }), ['C14'])
})

test('C14: everybody likes what they last said they like', (t) => {
  const like: Like = { ...call, what: 'like', post: '1' }
  const unlike: Like = { ...like, what: 'unlike', began: 30, ended: 40 }
  const liked = { posts: [{ ...kept, likes: 1 }], likes: [{ post: '1', by: 'alice' }] }

  t.deepEqual(judged([like], liked), [])
  t.deepEqual(judged([like, unlike], liked), ['C14'])
  t.deepEqual(judged([like, unlike], { posts: [kept] }), [])
  t.deepEqual(judged([like], { posts: [kept] }), ['C14'])
})

test('what was liked and unliked at once, or without an answer, may end either way', (t) => {
  const like: Like = { ...call, what: 'like', post: '1' }
  const atOnce: Like = { ...like, what: 'unlike', began: 15, ended: 25 }
  const unknown: Like = { ...atOnce, began: 5, ended: 8, outcome: 'unknown' }

  for (const other of [atOnce, unknown]) {
    t.deepEqual(judged([like, other], { posts: [{ ...kept, likes: 1 }], likes: [{ post: '1', by: 'alice' }] }), [])
    t.deepEqual(judged([like, other], { posts: [kept] }), [])
  }
})

test('C14: an upload that was acknowledged is there with its files', (t) => {
  const upload: Upload = { ...call, what: 'upload', key: 'k3', id: '5' }
  const ready = { id: '5', state: 'ready', filesMissing: 0 }

  t.deepEqual(judged([upload], { uploads: [ready] }), [])
  t.deepEqual(judged([upload], { uploads: [] }), ['C14'])
  t.deepEqual(judged([upload], { uploads: [{ ...ready, filesMissing: 1 }] }), ['C14'])
  t.deepEqual(judged([upload], { uploads: [{ ...ready, state: 'failed' }] }), ['C14'])
})

const events = [
  { position: 1, event: 'post.created', post: '1' },
  { position: 2, event: 'likes.changed', post: '1' },
  { position: 3, event: 'room.opened', post: undefined },
  { position: 4, event: 'post.updated', post: '1' },
  { position: 5, event: 'post.updated', post: '1' },
]

function told(position: number, change: Partial<Told> = {}): Told {
  const kind = events[position - 1]
  const of = kind?.post === undefined ? {} : { post: kind.post }
  return { what: 'told', session: 's', at: position, position, event: kind?.event ?? '', ...of, ...change }
}

const begin: Listening = { what: 'listening', session: 's', at: 0, after: '0' }
const settled = { what: 'settled', session: 's', at: 99 } as const

test('who is told everything about posts, in order, is told the truth', (t) => {
  t.deepEqual(judged([begin, told(1), told(2), told(4), told(5), settled], { events }), [])
})

test('a state of a post that a later one followed may fall silent', (t) => {
  t.deepEqual(judged([begin, told(2), told(5), settled], { events }), [])
})

test('C14: an event that is due is told: behind the place that was named, in between, and at the end', (t) => {
  t.deepEqual(judged([begin, told(5)], { events }), ['C14'])
  t.deepEqual(judged([{ ...begin, after: '2' }, told(5)], { events }), [])
  t.deepEqual(judged([told(1), told(5)], { events }), ['C14'])
  t.deepEqual(judged([begin, told(1), told(2), told(4), settled], { events }), ['C14'])
})

test('a gap that the server declares is no hole', (t) => {
  const gap = { what: 'gap', session: 's', at: 5, from: '1', to: '4', isFilled: true } as const

  t.deepEqual(judged([begin, told(1), gap, told(5), settled], { events }), [])
})

test('C14: nothing is told twice, behind what comes later, or other than it is kept', (t) => {
  t.deepEqual(judged([begin, told(1), told(2), told(2)], { events }), ['C14'])
  t.deepEqual(judged([told(4), told(2)], { events }), ['C14'])
  t.deepEqual(judged([begin, told(1, { event: 'post.deleted' })], { events }), ['C14'])
  t.deepEqual(judged([begin, told(1, { post: '9' })], { events }), ['C14'])
})

test('C14: positions have no hole and none is given twice', (t) => {
  const [first, ...rest] = events

  t.deepEqual(judged([], { events: [first!, ...rest.slice(1)] }), ['C14'])
  t.deepEqual(judged([], { events: [first!, ...events] }), ['C14'])
  t.deepEqual(judged([], { events: rest }), [])
})

test('C14: what was posted is told, unless events were deleted since', (t) => {
  t.deepEqual(judged([post], { posts: [kept], events: [] }), ['C14'])
  t.deepEqual(judged([post], { posts: [kept], events: [{ position: 7, event: 'room.opened', post: undefined }] }), [])
})

test('C14: one thing answers one key', (t) => {
  const other: Post = { ...post, key: 'another' }

  t.deepEqual(judged([post, other], { posts: [kept] }), ['C14'])
  t.deepEqual(judged([post, post], { posts: [kept] }), [])
})

test('C14: what was acknowledged has an id', (t) => {
  const { id: _id, ...nameless } = post

  t.deepEqual(judged([nameless], { posts: [kept] }), ['C14'])
})

test('C14: no event stays without a position', (t) => {
  t.deepEqual(judged([], { events, eventsUnplaced: 0 }), [])
  t.deepEqual(judged([], { events, eventsUnplaced: 1 }), ['C14'])
})

test('C14: who listens and is told nothing at all has been forgotten', (t) => {
  t.deepEqual(judged([begin, settled], { events }), ['C14'])
  t.deepEqual(judged([{ ...begin, after: '5' }, settled], { events }), [])
  t.deepEqual(judged([begin], { events }), [])
})
