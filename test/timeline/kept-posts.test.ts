import test from 'ava'
import * as fc from 'fast-check'
import { equal } from 'node:assert/strict'
import type { Profile } from '../../src/accounts/index.ts'
import type { PictureView } from '../../src/media/index.ts'
import type { AccountId, MediaId } from '../../src/platform/ids.ts'
import { KeptPosts } from '../../src/timeline/kept-posts.ts'
import { toPost } from '../../src/timeline/store.ts'
import type { KeptPost } from '../../src/timeline/kept-posts.ts'
import type { PostRecord } from '../../src/timeline/store.ts'
import { presentPost } from '../../src/timeline/views.ts'
import type { PostSurroundings, SharedPostView } from '../../src/timeline/views.ts'
import { seeded } from '../support/seeded.ts'

const row = (changes: Partial<PostRecord> = {}): PostRecord => ({
  id: 1,
  author_id: 1,
  kind: 'plain',
  body: '안녕하세요, @bob',
  area: null,
  tags: '[]',
  mentions: '[2]',
  picture_count: 0,
  like_count: 0,
  comment_count: 0,
  created_at: '2026-11-22 10:00:00.000',
  edited_at: null,
  ...changes,
})

const profile = (id: number, username: string): Profile => ({
  id: id as AccountId,
  username,
  displayName: username,
  picture: undefined,
})
const [alice, bob, bobby] = [profile(1, 'alice'), profile(2, 'bob'), profile(2, 'bobby')]
const cat: PictureView = {
  ...{ id: '1', state: 'ready', width: 640, height: 480, placeholder: '' },
  urls: { full: '/media/a', feed: '/media/b', thumb: '/media/c', jpeg: '/media/d' },
}

const among = (...profiles: Profile[]): PostSurroundings => ({
  profiles: new Map(profiles.map((one) => [one.id, one])),
  pictures: [],
  media: new Map(),
})

const illustrated = (view: PictureView): PostSurroundings => ({
  ...among(alice, bob),
  pictures: [{ media: 1 as MediaId, alt: '고양이' }],
  media: new Map([[1 as MediaId, view]]),
})

/** Says how often a post was made anew: each time its pictures are asked for. */
class Counted implements PostSurroundings {
  made = 0
  readonly profiles: PostSurroundings['profiles']
  readonly media: PostSurroundings['media']

  constructor({ profiles, media }: PostSurroundings) {
    this.profiles = profiles
    this.media = media
  }

  get pictures(): PostSurroundings['pictures'] {
    this.made += 1
    return []
  }
}

const textOf = (post: KeptPost, around: PostSurroundings): string => `${post.shownAmong(around).json.toString()}}`
const viewOf = (post: KeptPost, around: PostSurroundings) => JSON.parse(textOf(post, around)) as SharedPostView

const rows = fc
  .record({
    id: fc.constantFrom(1, 2),
    author_id: fc.constantFrom(1, 2, 3),
    body: fc.constantFrom('안녕하세요', 'hi', '"\u2028\n\ud83d\ude00'),
    area: fc.constantFrom(null, '서울 마포구'),
    tags: fc.constantFrom('[]', '["마당"]'),
    mentions: fc.constantFrom('[]', '[2]', '[2,3]'),
    like_count: fc.constantFrom(0, 1),
    comment_count: fc.constantFrom(0, 1),
    created_at: fc.constantFrom('2026-11-22 10:00:00.000', '2026-11-22 10:00:00.001'),
    edited_at: fc.constantFrom(null, '2026-11-22 10:00:01.234'),
  })
  .map(row)
const surroundings = fc.constantFrom(among(alice, bob), among(alice, bobby), among(bob), among())
const pageOf = fc.tuple(rows, surroundings)

test('whatever is read after whatever, a post is shown, and named, as its row and the names have it now', (t) => {
  const names = new Map<string, string>()
  fc.assert(
    fc.property(fc.array(pageOf, { maxLength: 30 }), (readings) => {
      const kept = new KeptPosts()
      for (const [read, around] of readings) {
        const text = textOf(kept.of(read), around)
        equal(text, JSON.stringify(presentPost(toPost(read), around)))
        const { name } = kept.of(read).shownAmong(around)
        equal(names.get(text) ?? name, name)
        names.set(text, name)
      }
    }),
    seeded(500),
  )
  t.true(names.size > 100)
  t.is(new Set(names.values()).size, names.size, 'each text has a name of its own')
})

test('what is as it was is not made again, and what differs in any column is', (t) => {
  const changed: Omit<PostRecord, 'id'> = {
    author_id: 2,
    kind: 'plain',
    body: '고쳤어요',
    area: '제주시',
    tags: '["새"]',
    mentions: '[]',
    picture_count: 1,
    like_count: 1,
    comment_count: 1,
    created_at: '2026-11-22 10:00:00.001',
    edited_at: '2026-11-22 10:00:00.001',
  }
  const columns = Object.entries(changed).filter(([column]) => column !== 'kind')

  for (const [column, value] of columns) {
    const kept = new KeptPosts()
    const around = new Counted(among(alice, bob))
    kept.of(row()).shownAmong(around)

    kept.of(row()).shownAmong(around)
    t.is(around.made, 1)
    const other = kept.of(row({ [column]: value }))
    other.shownAmong(around)
    t.is(around.made, 2, column)
    t.deepEqual(other.post, toPost(row({ [column]: value })), column)
  }
  t.is(columns.length + 2, Object.keys(row()).length, 'there is one kind of post, and an id is which post it is')
})

test('somebody who is called otherwise now is called so in what was shown before', (t) => {
  const kept = new KeptPosts()
  const namesIn = (around: PostSurroundings): string[] =>
    viewOf(kept.of(row()), around).mentions.map(({ username }) => username)

  t.deepEqual(namesIn(among(alice, bob)), ['bob'])
  t.deepEqual(namesIn(among(alice, bobby)), ['bobby'])
  t.deepEqual(namesIn(among(alice)), [])
  t.is(viewOf(kept.of(row()), among(bob)).author, null)
})

test('a post with pictures shows them as they are now', (t) => {
  const kept = new KeptPosts()
  const picturesWith = (view: PictureView) => viewOf(kept.of(row({ picture_count: 1 })), illustrated(view)).pictures

  t.like(picturesWith({ ...cat, state: 'processing' }), [{ state: 'processing', alt: '고양이' }])
  t.like(picturesWith(cat), [{ state: 'ready', alt: '고양이' }])
})

test('a thousand posts are kept, those that were read last', (t) => {
  const kept = new KeptPosts()
  const first = kept.of(row({ id: 1 }))
  for (let id = 2; id <= 1000; id += 1) kept.of(row({ id }))

  t.is(kept.of(row({ id: 1 })), first)
  const second = kept.of(row({ id: 2 }))
  for (let id = 1001; id <= 1999; id += 1) kept.of(row({ id }))
  t.is(kept.of(row({ id: 2 })), second)
  t.not(kept.of(row({ id: 1 })), first)
})

test('bytes that are kept hold no others around them', (t) => {
  const around = among(alice, bob)

  const { json } = new KeptPosts().of(row()).shownAmong(around)

  t.is(json.buffer.byteLength, json.length)
})
