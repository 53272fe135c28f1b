import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Row } from '../model/log.ts'
import type { Faces } from './faces.ts'
import type { RoomVisit } from './room-visit.ts'

/** What every part of an open room needs. */
export interface RoomScene {
  visit: RoomVisit
  faces: Faces
  me: string
  /** Mentor of the room, or an admin. */
  keepsOrder: boolean
  /** I may not write here: nothing new, no answer and no edit. What was said can be deleted and reacted to unless the room is over. */
  isSilent: boolean
  actions: RowActions
}

/** What can be done with a message, wherever that is asked for. */
export interface RowActions {
  reply(row: Row): void
  edit(row: Row): void
  remove(row: Row): void
  react(row: Row, emoji: string): void
  copy(row: Row): void
  jumpTo(place: string): void
}

export const RoomSceneContext = createContext<RoomScene | undefined>(undefined)

export function useRoom(): RoomScene {
  const scene = useContext(RoomSceneContext)
  if (scene === undefined) throw new Error('a part of a room is shown outside of one')
  return scene
}
