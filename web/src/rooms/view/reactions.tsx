import { format } from '../../text/index.ts'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import type { Row } from '../model/log.ts'
import type { Reaction } from '../model/message-state.ts'
import { useRoom } from '../visit/room-context.ts'
import { text } from './text.ts'

/** Who reacted how: each can be joined and taken back. */
export function Reactions({ row }: { row: Row }) {
  if (row.reactions.length === 0) return null
  return (
    <ul class="message-reactions">
      {row.reactions.map((reaction) => (
        <li key={reaction.emoji}>
          <ReactionButton row={row} reaction={reaction} />
        </li>
      ))}
    </ul>
  )
}

function ReactionButton({ row, reaction }: { row: Row; reaction: Reaction }) {
  const { faces, me, actions, visit } = useRoom()
  const { emoji, count, isMine, people } = reaction
  const names = people.map((name) => (name === me ? undefined : faces.nameOf(name)))
  const words = text.value.reactedBy(emoji, names, count - people.length)
  return (
    <button
      type="button"
      class="message-reaction"
      aria-pressed={isMine}
      title={words}
      disabled={visit.isOver.value}
      onClick={() => actions.react(row, emoji)}
    >
      <span aria-hidden="true">{emoji}</span>
      <span aria-hidden="true">{format.value.number(count)}</span>
      <VisuallyHidden>{words}</VisuallyHidden>
    </button>
  )
}
