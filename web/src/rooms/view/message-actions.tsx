import { useRef, useState } from 'preact/hooks'
import { IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import type { Row } from '../model/log.ts'
import { useRoom } from '../visit/room-context.ts'
import { roomPlaces } from './room-keys.ts'
import { text } from './text.ts'

export const quickEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👏'] as const

/** What can be done with a message: beside it while it is pointed at or holds the focus. Keys do the same (room-keys.ts). */
export function MessageActions({ row, isOwn }: { row: Row; isOwn: boolean }) {
  const { visit, actions, keepsOrder, isSilent } = useRoom()
  const [isReacting, setReacting] = useState(false)
  const words = text.value
  const place = useRef<HTMLDivElement>(null)
  if (visit.isOver.value) return null
  // The emoji that had the focus are gone; the message they were for goes on holding it.
  const stopReacting = (): void => {
    place.current?.closest<HTMLElement>(roomPlaces.message)?.focus({ preventScroll: true })
    setReacting(false)
  }
  const items: MenuItem[] = [
    { label: words.copy, icon: 'copy', onSelect: () => actions.copy(row) },
    ...(isOwn && !isSilent ? [{ label: words.edit, icon: 'edit' as const, onSelect: () => actions.edit(row) }] : []),
    ...(isOwn || keepsOrder
      ? [{ label: words.remove, icon: 'trash' as const, isDangerous: true, onSelect: () => actions.remove(row) }]
      : []),
  ]
  return (
    <div ref={place} class="message-actions">
      {isReacting ? (
        <EmojiRow
          onChoose={(emoji) => {
            actions.react(row, emoji)
            stopReacting()
          }}
          onLeave={stopReacting}
        />
      ) : (
        <>
          <IconButton
            icon="smile"
            label={words.react}
            data-action="react"
            tabIndex={-1}
            onClick={() => setReacting(true)}
          />
          {!isSilent && (
            <IconButton icon="reply" label={words.reply} tabIndex={-1} onClick={() => actions.reply(row)} />
          )}
          <Menu label={words.actions} items={items} tabIndex={-1} />
        </>
      )}
    </div>
  )
}

function EmojiRow({ onChoose, onLeave }: { onChoose: (emoji: string) => void; onLeave: () => void }) {
  return (
    <div
      class="message-emoji"
      role="toolbar"
      aria-label={text.value.react}
      tabIndex={-1}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
        if (event.key === 'Escape') onLeave()
        else if (step !== undefined) moveFocus(event.currentTarget, step)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      {quickEmoji.map((emoji, place) => (
        <button
          key={emoji}
          type="button"
          class="message-emoji-choice"
          aria-label={text.value.reactWith(emoji)}
          ref={(button) => {
            if (place === 0 && button?.parentElement?.contains(document.activeElement) === false) button.focus()
          }}
          onClick={() => onChoose(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  )
}

function moveFocus(row: HTMLElement, step: number): void {
  const choices = [...row.querySelectorAll('button')]
  const at = choices.findIndex((choice) => choice === document.activeElement)
  choices[(at + step + choices.length) % choices.length]?.focus()
}
