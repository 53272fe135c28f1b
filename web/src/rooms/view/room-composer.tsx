import './room-composer.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { UnsentWords } from '../../shell/unsent-words.tsx'
import { isVisible } from '../../text/visible.ts'
import { hasLostFocus } from '../../ui/focus.ts'
import { Icon } from '../../ui/icon.tsx'
import { keepDraft, readDraft } from '../visit/drafts.ts'
import { useRoom } from '../visit/room-context.ts'
import type { Silence } from './composing.ts'
import { text } from './text.ts'
import { WritingField } from './writing-field.tsx'
import type { WritingFieldProps } from './writing-field.tsx'

/** Where one writes, or why one cannot, with what was written by then. */
export function RoomComposer({
  silence,
  ...props
}: Omit<WritingFieldProps, 'edited'> & { silence: Silence | undefined }) {
  const { visit, me } = useRoom()
  const edited = useRef('')
  const [unsent, setUnsent] = useState<readonly string[]>([])
  const note = useRef<HTMLOutputElement>(null)
  const wasWriting = useRef(false)
  useLayoutEffect(() => {
    if (silence !== undefined && wasWriting.current && hasLostFocus()) note.current?.focus()
    wasWriting.current = silence === undefined
  }, [silence])
  useLayoutEffect(() => {
    if (silence !== undefined) setUnsent([edited.current, readDraft(me, visit.id)].filter(isVisible))
  }, [silence, me, visit])
  if (silence === undefined) return <WritingField key={props.editing?.id ?? 'new'} {...props} edited={edited} />

  function discard(words: string): void {
    if (edited.current === words) edited.current = ''
    if (readDraft(me, visit.id) === words) keepDraft(me, visit.id, '')
    setUnsent((since) => since.filter((one) => one !== words))
  }
  const words = { over: text.value.over, closing: text.value.closingNow, muted: text.value.muted }
  return (
    <>
      {unsent.length > 0 && (
        <div class="room-composer">
          {unsent.map((written) => (
            <UnsentWords key={written} words={written} onDiscard={() => discard(written)} />
          ))}
        </div>
      )}
      <output ref={note} class="room-composer room-composer-silent" tabIndex={-1}>
        <span>
          <Icon name={silence === 'muted' ? 'mic' : 'lock'} /> {words[silence]}
        </span>
      </output>
    </>
  )
}
