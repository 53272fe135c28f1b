import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { useRoom } from '../visit/room-context.ts'
import { mostBytes } from './composing.ts'
import { text } from './text.ts'

/** Above the field: what is answered, or that something is edited; and how to stop that. */
export function AboutLine({ replyTo, editing, onStop }: { replyTo?: Row; editing?: Row; onStop: () => void }) {
  const { faces } = useRoom()
  const words = text.value
  if (editing !== undefined) return <Bar icon="edit" title={words.editing} excerpt="" onStop={onStop} />
  if (replyTo === undefined) return null
  const title = words.replyingTo(replyTo.from === null ? '' : faces.nameOf(replyTo.from))
  const excerpt = replyTo.content === null ? '' : readSaid(replyTo.content).body
  return <Bar icon="reply" title={title} excerpt={excerpt} onStop={onStop} />
}

interface BarProps {
  icon: 'reply' | 'edit'
  title: string
  excerpt: string
  onStop: () => void
}

function Bar({ icon, title, excerpt, onStop }: BarProps) {
  return (
    <div class="room-composer-bar">
      <Icon name={icon} />
      <p>
        <strong>{title}</strong> <bdi>{excerpt.slice(0, 120)}</bdi>
      </p>
      <IconButton icon="close" label={text.value.cancel} onClick={onStop} />
    </div>
  )
}

/** Below the field: silent as long as all is well. */
export function ComposerNotes({ tooLong, pause, isSaving }: { tooLong: number; pause: number; isSaving: boolean }) {
  const words = text.value
  const seconds = useRoom().visit.room.value?.slowModeSeconds ?? 0
  const left = -tooLong
  return (
    <p class="room-composer-notes" aria-live="polite">
      {isSaving && <span>{words.saving}</span>}
      {tooLong > 0 && <span class="room-composer-fault">{words.tooLong(tooLong)}</span>}
      {left >= 0 && left <= mostBytes / 10 && <span>{words.bytesLeft(left)}</span>}
      {pause > 0 ? (
        <span aria-hidden="true">{words.slow(pause)}</span>
      ) : (
        seconds > 0 && <span>{words.slowOn(seconds)}</span>
      )}
    </p>
  )
}
