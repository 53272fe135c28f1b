import { systemSender } from '../ledger/index.ts'
import type { Entry, Item } from '../ledger/index.ts'
import { parseId } from '../platform/ids.ts'
import type { AccountId } from '../platform/ids.ts'
import { contentOf, readEdit, readMember, readReact, readSettings } from './message.ts'

/** More names than this beside one reaction help nobody; the count is exact. */
const mostNamed = 20

/** A message as it stands now, after all that later entries did to it. */
export interface Folded {
  entry: Entry
  /** Null once deleted. */
  content: Record<string, unknown> | null
  editedAt: number | undefined
  reactions: { emoji: string; count: number; mine: boolean; people: AccountId[] }[]
}

export function fold(item: Item, viewer: AccountId): Folded {
  const { entry, amendments } = item
  const isDeleted = entry.payload.length === 0 || amendments.some((amendment) => amendment.kind === 'delete')
  if (isDeleted) return { entry, content: null, editedAt: undefined, reactions: [] }
  const edit = amendments.findLast((amendment) => amendment.kind === 'edit' && amendment.sender === entry.sender)
  const content = fieldsOf(entry)
  return {
    entry,
    content: edit === undefined ? content : { ...content, ...readEdit(edit) },
    editedAt: edit?.at,
    reactions: reactionsOf(amendments, viewer),
  }
}

/** Who is named with it: who says it, who came or went or did that to somebody, and who reacted. */
export function peopleIn({ entry, reactions }: Folded): AccountId[] {
  const movers = entry.kind === 'text' ? [] : moversIn(entry)
  const speakers = entry.sender === systemSender ? [] : [entry.sender]
  return [...speakers, ...movers, ...reactions.flatMap(({ people }) => people)]
}

function moversIn(entry: Entry): AccountId[] {
  const { who, by } = readMember(entry) ?? { who: undefined, by: readSettings(entry)?.by }
  return [who, by].flatMap((person) => (person === undefined ? [] : (parseId<AccountId>(person.id) ?? [])))
}

function fieldsOf(entry: Entry): Record<string, unknown> {
  const content = contentOf(entry)
  return typeof content === 'object' && content !== null ? { ...content } : {}
}

/** In the order in which each emoji was first used. */
function reactionsOf(amendments: readonly Entry[], viewer: AccountId): Folded['reactions'] {
  const people = new Map<string, Set<AccountId>>()
  for (const amendment of amendments) {
    const react = amendment.kind === 'react' ? readReact(amendment) : undefined
    if (react === undefined) continue
    const those = people.get(react.emoji) ?? new Set()
    if (react.action === 'add') those.add(amendment.sender)
    else those.delete(amendment.sender)
    people.set(react.emoji, those)
  }
  return [...people]
    .filter(([, those]) => those.size > 0)
    .map(([emoji, those]) => ({
      ...{ emoji, count: those.size, mine: those.has(viewer) },
      people: [...those].slice(0, mostNamed),
    }))
}
