import type { Entry, Place } from '../../api/live.ts'
import type { Message } from '../../api/types.ts'
import { readReaction } from './content.ts'
import type { Content, ShownPicture } from './content.ts'
import { isLater } from './places.ts'

/** A message or a line of the room itself as it stood at one moment: what later entries changed is applied to it. */
export interface Base extends Place {
  id: string
  kind: string
  from: string | null
  at: number
  /** Null once deleted. */
  content: Content | null
  editedAt: number | undefined
  pictures: readonly ShownPicture[]
  reactions: readonly Reaction[]
  /** Amendments up to this place are in it. */
  asOf: Place
}

export interface Reaction {
  emoji: string
  count: number
  isMine: boolean
  /** The first of them, by name; `count` may be higher. */
  people: readonly string[]
}

/** Folded by the server up to `asOf`. */
export function baseOfMessage(message: Message, asOf: Place): Base {
  const { epoch, seq, id, kind, from, content, pictures } = message
  return {
    ...{ epoch, seq, id, kind, from, content, pictures, asOf },
    at: Date.parse(message.at),
    editedAt: message.editedAt === undefined ? undefined : Date.parse(message.editedAt),
    reactions: message.reactions.map(({ emoji, count, mine, people }) => ({ emoji, count, isMine: mine, people })),
  }
}

/** As it was said, before anything changed it. */
export function baseOfEntry(entry: Entry): Base {
  const { epoch, seq, id, kind, from, content } = entry
  return {
    ...{ epoch, seq, id, kind, from, content },
    at: Date.parse(entry.at),
    editedAt: undefined,
    pictures: (entry.pictures ?? []) as readonly ShownPicture[],
    reactions: [],
    asOf: { epoch, seq },
  }
}

/** What a message is after the edits, deletions and reactions that `base` does not know yet, in their order. */
export function amended(base: Base, amendments: readonly Entry[], me: string): Base {
  let state = base
  for (const amendment of amendments) if (isLater(amendment, base.asOf)) state = amendedBy(state, amendment, me)
  return state
}

function amendedBy(state: Base, amendment: Entry, me: string): Base {
  if (state.content === null) return state
  switch (amendment.kind) {
    case 'delete':
      return { ...state, content: null, editedAt: undefined, pictures: [], reactions: [] }
    case 'edit':
      if (amendment.content === null || amendment.from !== state.from) return state
      return {
        ...state,
        content: { ...state.content, ...amendment.content },
        editedAt: Date.parse(amendment.at),
      }
    case 'react':
      return { ...state, reactions: reacted(state.reactions, amendment, me) }
    default:
      return state
  }
}

function reacted(reactions: readonly Reaction[], { from, content }: Entry, me: string): readonly Reaction[] {
  const reaction = content === null ? undefined : readReaction(content)
  if (reaction === undefined || from === null) return reactions
  const { emoji, isAdded } = reaction
  const before = reactions.find((one) => one.emoji === emoji) ?? { emoji, count: 0, isMine: false, people: [] }
  const isKnown = from === me ? before.isMine : before.people.includes(from)
  // Who takes back what nobody here knows of is one of those who are counted and not named.
  const mayBeUnnamed = from !== me && before.count > before.people.length
  if (isAdded ? isKnown : !isKnown && !mayBeUnnamed) return reactions
  const after: Reaction = {
    emoji,
    count: before.count + (isAdded ? 1 : -1),
    isMine: from === me ? isAdded : before.isMine,
    people: isAdded ? [...before.people, from] : before.people.filter((name) => name !== from),
  }
  const others = reactions.filter((one) => one.emoji !== emoji)
  if (after.count <= 0) return others
  return before.count === 0 ? [...others, after] : reactions.map((one) => (one.emoji === emoji ? after : one))
}
