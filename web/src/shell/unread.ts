import { computed, effect, signal } from '@preact/signals'
import type { LiveStream, Topic } from '../api/live.ts'
import { whenOpen } from '../api/when-open.ts'
import { live } from './live.ts'
import { onReturn } from './return.ts'
import { api, me } from './session.ts'

/** Unread notifications: the number that servers tell. */
export const unreadNotifications = signal(0)

/** Unread messages by room; whoever shows a room knows it better than the server and says so by `setUnread`. */
export const unreadByRoom = signal<ReadonlyMap<string, number>>(new Map())

/** The rooms in which I have a seat, the first hundred, as they were counted last; undefined until then. */
const seats = signal<string | undefined>(undefined)

/** How many rooms have something unread. */
export const unreadRooms = computed(() => [...unreadByRoom.value.values()].filter((unread) => unread > 0).length)

/** Rooms that are shown now, with what their page says. */
const shown = new Map<string, number>()

/** How often the count was told or asked for, and which of that is shown: what comes from before says what was. */
let turn = 0
let turnShown = 0
let roomsTurn = 0
let roomsTurnShown = 0
/** What pages said last of rooms that were left, and before which question: an answer to an earlier one was asked for before that was read. */
const left = new Map<string, { turn: number; unread: number }>()

/** How many notifications are unread now, as somebody was told last. */
export function setUnreadNotifications(unread: number): void {
  turn += 1
  turnShown = turn
  unreadNotifications.value = unread
}

/** What is unread in one room now, said by its page; holds until `forgetShown`. */
export function setUnread(room: string, unread: number): void {
  shown.set(room, unread)
  if (unreadByRoom.value.get(room) === unread) return
  unreadByRoom.value = new Map(unreadByRoom.value).set(room, unread)
}

/** The room is shown no more: what is asked for from now on is believed again. */
export function forgetShown(room: string): void {
  const unread = shown.get(room)
  if (unread !== undefined) left.set(room, { turn: roomsTurn, unread })
  shown.delete(room)
}

/** Calls when I have come into a room or am out of one, wherever that was done: the stream says nothing of it. Answers how to stop. */
export function onSeats(look: () => void): () => void {
  let known = seats.peek()
  return seats.subscribe((now) => {
    if (known !== undefined && now !== undefined && now !== known) look()
    known = now
  })
}

/** The stream does not tell of messages: rooms are asked about while somebody looks. */
const askEveryMs = 30_000

/** Once: keeps the counts for who is signed in, and forgets them with them. */
export function startUnread(): void {
  effect(() => {
    const parts = live.value
    return parts === undefined ? undefined : follow(parts.stream)
  })
  effect(() => {
    if (me.value !== null) return
    setUnreadNotifications(0)
    // What was asked for before is not about who comes next.
    roomsTurn += 1
    roomsTurnShown = roomsTurn
    unreadByRoom.value = new Map()
    seats.value = undefined
    left.clear()
  })
}

function follow(stream: LiveStream): () => void {
  const count = (topics: readonly Topic[]): void => {
    if (topics.includes('notifications')) void quietly(countNotifications)
    if (topics.includes('rooms')) void quietly(countRooms)
  }
  const look = (): void => {
    if (!document.hidden) void quietly(countRooms)
  }
  const countAll = (): void => count(['notifications', 'rooms'])
  if (stream.connection.state !== 'open') countAll()
  const forgetOpen = whenOpen(stream, countAll)
  const forgetUnread = stream.on('notifications.unread', ({ unread }) => setUnreadNotifications(unread))
  const forgetGap = stream.onGap(count)
  const timer = setInterval(look, askEveryMs)
  const forgetReturn = onReturn(look)
  return () => {
    forgetReturn()
    clearInterval(timer)
    forgetOpen()
    forgetUnread()
    forgetGap()
  }
}

async function countNotifications(): Promise<void> {
  turn += 1
  const own = turn
  const { unread } = await api.notifications.list({ limit: 1 })
  if (own < turnShown) return
  turnShown = own
  unreadNotifications.value = unread
}

async function countRooms(): Promise<void> {
  roomsTurn += 1
  const own = roomsTurn
  const { items } = await api.rooms.mine({ state: 'open', limit: 100 })
  if (own < roomsTurnShown) return
  roomsTurnShown = own
  unreadByRoom.value = new Map(items.map(({ id, unread }) => [id, shown.get(id) ?? leftSince(own, id) ?? unread]))
  seats.value = items
    .map(({ id }) => id)
    .toSorted()
    .join(' ')
}

function leftSince(asked: number, room: string): number | undefined {
  const last = left.get(room)
  return last !== undefined && asked <= last.turn ? last.unread : undefined
}

/** A badge is no reason to trouble anybody: it is asked for again anyway. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    // Whatever it was, the pages tell it.
  }
}
