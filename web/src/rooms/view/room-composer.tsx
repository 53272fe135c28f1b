import './room-composer.css'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { hasLostFocus } from '../../ui/focus.ts'
import { Icon } from '../../ui/icon.tsx'
import type { Silence } from './composing.ts'
import { text } from './text.ts'
import { WritingField } from './writing-field.tsx'
import type { WritingFieldProps } from './writing-field.tsx'

/** Where one writes, or why one cannot. */
export function RoomComposer({ silence, ...props }: WritingFieldProps & { silence: Silence | undefined }) {
  const note = useRef<HTMLOutputElement>(null)
  const wasWriting = useRef(false)
  useLayoutEffect(() => {
    if (silence !== undefined && wasWriting.current && hasLostFocus()) note.current?.focus()
    wasWriting.current = silence === undefined
  }, [silence])
  if (silence === undefined) return <WritingField key={props.editing?.id ?? 'new'} {...props} />
  const words = { over: text.value.over, closing: text.value.closingNow, muted: text.value.muted }
  return (
    <output ref={note} class="room-composer room-composer-silent" tabIndex={-1}>
      <Icon name={silence === 'muted' ? 'mic' : 'lock'} />
      {words[silence]}
    </output>
  )
}
