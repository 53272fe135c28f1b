import { effect, signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { Tabs } from '../api/tabs.ts'
import type { SharedPost } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { live } from '../shell/live.ts'
import type { FeedName, personList } from './feeds.ts'
import { createLater } from './later.ts'
import type { LikingParts } from './liking.ts'
import { PostSequence } from './post-sequence.ts'
import type { PostSource } from './post-sequence.ts'
import { Posts } from './posts.ts'
import type { PostEvent } from './posts.ts'
import type { ReadingPlace } from './reading-place.ts'

/** The posts that this browser shows, and the lists that are kept while one looks at something else. */
export const posts = new Posts()

/** What I like in one tab of this browser I like in all: the stream tells how many do, and not who. */
let tabs: Tabs<LikedInTab> | undefined
effect(() => {
  const id = me.value?.id
  if (id === undefined) return undefined
  const opened = new Tabs<LikedInTab>(`madang-likes:${id}`, (liked) => posts.hear(liked))
  tabs = opened
  return () => {
    tabs = undefined
    opened.close()
  }
})

/** With what likes are sent. */
export const likingParts: LikingParts = {
  api: api.timeline,
  posts: {
    hear(event) {
      posts.hear(event)
      if (event.type === 'liked') tabs?.say(event)
    },
  },
}

type LikedInTab = Extract<PostEvent, { type: 'liked' }>

export interface KeptList {
  sequence: PostSequence
  /** Where the reader was before new posts were shown. */
  place: Signal<ReadingPlace | undefined>
}

const mostKept = 6
const kept = new Map<string, KeptList & { release: () => void }>()
const lookAfterMs = 1500

/** The list of this name as it was left, or a new one. The lists that were looked at last are kept. */
export function listOf(name: string, source: PostSource): KeptList {
  const known = kept.get(name) ?? newList(source)
  kept.delete(name)
  kept.set(name, known)
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) forget(oldest)
  return known
}

function newList(source: PostSource): KeptList & { release: () => void } {
  const sequence = new PostSequence({
    posts,
    source,
    isMine: (post: SharedPost) => post.author !== null && post.author.id === me.peek()?.id,
    joinAt,
    later: createLater(lookAfterMs),
  })
  return { sequence, place: signal(undefined), release: posts.add(sequence) }
}

/** The list of this name is read anew when it is looked at next. */
export function forgetList(name: FeedName | ReturnType<typeof personList>): void {
  forget(name)
}

function forget(name: string): void {
  kept.get(name)?.release()
  kept.delete(name)
}

/** Other people's lists are not mine: what was kept goes with the account. */
let account: string | undefined
effect(() => {
  const now = me.value?.id
  if (now !== account) for (const name of kept.keys()) forget(name)
  account = now
})

const told = [
  'post.created',
  'post.updated',
  'post.deleted',
  'likes.changed',
  'comment.created',
  'comment.updated',
  'comment.deleted',
] as const

/** Where the newest first page was read, while there is no stream to be told. */
let unjoined: string | undefined

function joinAt(place: string): void {
  const stream = live.peek()?.stream
  if (stream === undefined) unjoined = place
  else stream.joinAt(place)
}

effect(() => {
  const stream = live.value?.stream
  if (stream === undefined) return undefined
  if (unjoined !== undefined) stream.joinAt(unjoined)
  unjoined = undefined
  const stops = told.map((type) =>
    // The name and what it tells belong together, which the types say of each name alone.
    stream.on(type, (event) => posts.hear({ type, ...event } as PostEvent)),
  )
  stops.push(stream.onGap((topics) => topics.includes('timeline') && posts.readAnew()))
  return () => stops.forEach((stop) => stop())
})
