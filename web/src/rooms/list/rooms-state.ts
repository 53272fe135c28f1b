import { effect, signal } from '@preact/signals'
import type { LiveStream } from '../../api/live.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { MyRoom, Room } from '../../api/types.ts'
import { client, me } from '../wires.ts'
import { withMineClosed, withOpened, withPage, withUpdated, withoutRoom } from './room-list.ts'

/** A list that is paged in and kept alive; undefined until the first page is there. */
export interface ListState<Item> {
  items: Item[] | undefined
  next: string | undefined
  trouble: ApiProblem | undefined
  isLoading: boolean
}

const nothing = { items: undefined, next: undefined, trouble: undefined, isLoading: false }

export const openRooms = signal<ListState<Room>>(nothing)
export const myRooms = signal<ListState<MyRoom>>(nothing)
/** Rooms in which I had a seat when they were closed. */
export const endedRooms = signal<ListState<MyRoom>>(nothing)

type Read<Item> = (cursor: string | undefined) => Promise<{ items: Item[]; page: { next?: string } }>

const readOpen: Read<Room> = (cursor) => client.rooms.list({ cursor, limit: 50 })
const readMine: Read<MyRoom> = (cursor) => client.rooms.mine({ cursor, limit: 50 })
const readEnded: Read<MyRoom> = (cursor) => client.rooms.mine({ cursor, limit: 20, state: 'closed' })

export const loadOpenRooms = (): Promise<void> => load(openRooms, readOpen)
export const loadMyRooms = (): Promise<void> => load(myRooms, readMine)
export const loadEndedRooms = (): Promise<void> => load(endedRooms, readEnded)
export const moreOpenRooms = (): Promise<void> => more(openRooms, readOpen)
export const moreMyRooms = (): Promise<void> => more(myRooms, readMine)
export const moreEndedRooms = (): Promise<void> => more(endedRooms, readEnded)

type List<Item> = { value: ListState<Item> }

/** The first page anew; what is shown stays until it is there. */
async function load<Item extends Room>(list: List<Item>, read: Read<Item>): Promise<void> {
  if (list.value.isLoading) return
  await reading(list, async (isCurrent) => {
    const { items, page } = await read(undefined)
    if (isCurrent()) list.value = { items, next: page.next, trouble: undefined, isLoading: false }
  })
}

async function more<Item extends Room>(list: List<Item>, read: Read<Item>): Promise<void> {
  const { next, isLoading } = list.value
  if (next === undefined || isLoading) return
  await reading(list, async (isCurrent) => {
    const { items, page } = await read(next)
    if (!isCurrent()) return
    const all = withPage(list.value.items ?? [], items)
    list.value = { items: all, next: page.next, trouble: undefined, isLoading: false }
  })
}

/** What comes once somebody else is signed in is not taken in: it is not theirs. */
async function reading<Item>(list: List<Item>, work: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
  const asker = me.peek()?.id
  const isCurrent = (): boolean => me.peek()?.id === asker
  list.value = { ...list.value, isLoading: true, trouble: undefined }
  try {
    await work(isCurrent)
  } catch (error) {
    if (isCurrent()) list.value = { ...list.value, isLoading: false, trouble: error as ApiProblem }
  }
}

/** What the stream tells, for as long as somebody looks at lists of rooms. Answers how to stop. */
export function followRooms(stream: LiveStream): () => void {
  const change = <Item>(list: List<Item>, to: (items: readonly Item[]) => Item[]): void => {
    if (list.value.items !== undefined) list.value = { ...list.value, items: to(list.value.items) }
  }
  const stops = [
    stream.on('room.opened', (room) => change(openRooms, (rooms) => withOpened(rooms, room))),
    stream.on('room.updated', (told) => {
      change(openRooms, (rooms) => withUpdated(rooms, told))
      change(myRooms, (rooms) => withUpdated(rooms, told))
    }),
    stream.on('room.closed', (told) => {
      change(openRooms, (rooms) => withoutRoom(rooms, told.id))
      change(myRooms, (rooms) => withMineClosed(rooms, told))
      if (told.state === 'closed') void loadEndedRooms()
    }),
    stream.onGap((topics) => {
      if (topics.includes('rooms')) reloadRooms()
    }),
    onceOpen(stream, reloadRooms),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

export function reloadRooms(): void {
  void loadOpenRooms()
  void loadMyRooms()
}

/** What was told between the first reading and the stream's beginning would be missed: then everything is read once more. */
function onceOpen(stream: LiveStream, read: () => void): () => void {
  if (stream.connection.state === 'open') return () => undefined
  const stop = stream.onConnection(({ state }) => {
    if (state !== 'open') return
    stop()
    read()
  })
  return stop
}

/** Who signs in next has other rooms. */
effect(() => {
  if (me.value !== null) return
  openRooms.value = nothing
  myRooms.value = nothing
  endedRooms.value = nothing
})
