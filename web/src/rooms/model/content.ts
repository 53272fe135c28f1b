import type { Message } from '../../api/types.ts'

/** What entries hold (docs/protocol.md), read at the edge: what is not as expected reads as empty, and never breaks the room. */

export type Content = Readonly<Record<string, unknown>>
export type ShownPicture = Message['pictures'][number]
export interface Named {
  username: string
}

export interface Said {
  body: string
  replyTo: string | undefined
}

export function readSaid(content: Content): Said {
  return { body: textIn(content, 'body') ?? '', replyTo: textIn(content, 'replyTo') }
}

export function readReaction(content: Content): { emoji: string; isAdded: boolean } | undefined {
  const emoji = textIn(content, 'emoji')
  return emoji === undefined ? undefined : { emoji, isAdded: content['action'] !== 'remove' }
}

/** Of join, leave, kick, ban, unban, word and unword. */
export function readMove(content: Content): { who: string | undefined; by: string | undefined } {
  return { who: nameIn(content, 'who'), by: nameIn(content, 'by') }
}

export interface Changed {
  name?: string
  topic?: string
  seats?: number
  entry?: 'open' | 'invited'
  speak?: 'members' | 'mentors'
  slowModeSeconds?: number
}

/** Of `settings`: who changed what to what. */
export function readSettings(content: Content): { by: string | undefined; changed: Changed } {
  const changed = recordIn(content, 'changed') ?? {}
  const { name, topic, seats, entry, speak, slowModeSeconds } = changed
  return {
    by: nameIn(content, 'by'),
    changed: {
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof topic === 'string' ? { topic } : {}),
      ...(typeof seats === 'number' ? { seats } : {}),
      ...(entry === 'open' || entry === 'invited' ? { entry } : {}),
      ...(speak === 'members' || speak === 'mentors' ? { speak } : {}),
      ...(typeof slowModeSeconds === 'number' ? { slowModeSeconds } : {}),
    },
  }
}

function textIn(content: Content, name: string): string | undefined {
  const value = content[name]
  return typeof value === 'string' ? value : undefined
}

function nameIn(content: Content, name: string): string | undefined {
  const person = recordIn(content, name)
  return person === undefined ? undefined : textIn(person, 'username')
}

function recordIn(content: Content, name: string): Content | undefined {
  const value = content[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}
