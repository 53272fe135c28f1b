import type { InputFault } from '../../api/types.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { RoomSettings } from '../../api/rooms.ts'
import { lengthOf } from '../../ui/length.ts'

/** What a mentor says of a room, as it stands in the fields of a form. */
export interface SettingsDraft {
  name: string
  topic: string
  seats: string
  entry: RoomSettings['entry']
  speak: RoomSettings['speak']
  slowModeSeconds: string
}

export const mostName = 80
export const mostTopic = 500
/** Of slow mode, in seconds. */
export const paces = ['0', '5', '10', '30', '60', '300', '900', '3600'] as const

export const emptyDraft: SettingsDraft = {
  ...{ name: '', topic: '', seats: '20' },
  ...{ entry: 'open', speak: 'members', slowModeSeconds: '0' },
}

export function draftOf(room: Omit<RoomSettings, 'seats'> & { seats: number | null }): SettingsDraft {
  const { name, topic, seats, entry, speak, slowModeSeconds } = room
  return { name, topic, seats: String(seats ?? ''), entry, speak, slowModeSeconds: String(slowModeSeconds) }
}

export type Faults = { [Name in keyof SettingsDraft]?: 'empty' | 'too_long' | 'not_a_number' | 'refused' }

/** What is wrong before the server is asked. */
export function faultsOf(draft: SettingsDraft): Faults {
  const name = draft.name.trim()
  const seats = Number(draft.seats)
  return {
    ...(name === '' ? { name: 'empty' } : lengthOf(name) > mostName ? { name: 'too_long' } : {}),
    ...(lengthOf(draft.topic.trim()) > mostTopic ? { topic: 'too_long' } : {}),
    ...(Number.isInteger(seats) && seats >= 1 ? {} : { seats: 'not_a_number' }),
  }
}

/** The fields that the server refused. */
export function refusedOf(problem: ApiProblem): Faults {
  const names = ['name', 'topic', 'seats', 'entry', 'speak', 'slowModeSeconds'] as const
  const isAbout = (fault: InputFault, name: string): boolean => fault.pointer === `/${name}`
  const refused = names.filter((name) => problem.faults.some((fault) => isAbout(fault, name)))
  return Object.fromEntries(refused.map((name) => [name, 'refused']))
}

export function settingsOf(draft: SettingsDraft): RoomSettings {
  return {
    name: draft.name.trim(),
    topic: draft.topic.trim(),
    seats: Number(draft.seats),
    entry: draft.entry,
    speak: draft.speak,
    slowModeSeconds: Number(draft.slowModeSeconds),
  }
}

/**
 * What one has made of it, and nothing else: others may have changed the rest meanwhile. What was `tried` before goes with it also where it
 * was changed back, since it may have arrived.
 */
export function changesOf(
  begun: SettingsDraft,
  draft: SettingsDraft,
  tried: Partial<RoomSettings> = {},
): Partial<RoomSettings> {
  const before = new Map<string, unknown>(Object.entries(settingsOf(begun)))
  const isOther = (name: string, value: unknown): boolean => value !== before.get(name) || name in tried
  return Object.fromEntries(Object.entries(settingsOf(draft)).filter(([name, value]) => isOther(name, value)))
}
