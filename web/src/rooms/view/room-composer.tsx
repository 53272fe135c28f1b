import './room-composer.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { UnsentWords } from '../../shell/unsent-words.tsx'
import { isVisible } from '../../text/visible.ts'
import { hasLostFocus } from '../../ui/focus.ts'
import { Icon } from '../../ui/icon.tsx'
import { keepDraft, readDraft } from '../visit/drafts.ts'
import { useRoom } from '../visit/room-context.ts'
import type { Row } from '../model/log.ts'
import type { Silence } from './composing.ts'
import { text } from './text.ts'
import { WritingField } from './writing-field.tsx'
import type { WritingFieldProps } from './writing-field.tsx'

interface RoomComposerProps extends Omit<WritingFieldProps, 'edited' | 'onEdit'> {
  silence: Silence | undefined
  /** Answers whether the room has it. */
  onEdit: (row: Row, body: string) => Promise<boolean>
}

/** Where one writes, or why one cannot, with what was written by then. */
export function RoomComposer({ silence, onEdit, ...props }: RoomComposerProps) {
  const { visit, me } = useRoom()
  const edited = useRef('')
  const [edits, setEdits] = useState<readonly string[]>([])
  const [draft, setDraft] = useState('')
  const note = useRef<HTMLOutputElement>(null)
  const wasWriting = useRef(false)
  useLayoutEffect(() => {
    if (silence !== undefined && wasWriting.current && hasLostFocus()) note.current?.focus()
    wasWriting.current = silence === undefined
  }, [silence])
  useLayoutEffect(() => {
    if (silence === undefined) return
    const edit = edited.current
    setEdits((before) => [...before, edit])
    setDraft(readDraft(me, visit.id))
    edited.current = ''
  }, [silence, me, visit])
  // Who may write again goes on with their draft; what an edit had made of a message has no field any more.
  const unsent = new Set([...edits, silence === undefined ? '' : draft].filter(isVisible))

  async function save(row: Row, body: string): Promise<void> {
    const words = edited.current
    // Cut off when it was on its way, it may have arrived.
    if (await onEdit(row, body)) forget(words)
  }
  function forget(words: string): void {
    setEdits((before) => before.filter((edit) => edit !== words))
  }
  function discard(words: string): void {
    forget(words)
    if (silence === undefined || draft !== words) return
    if (readDraft(me, visit.id) === words) keepDraft(me, visit.id, '')
    setDraft('')
  }
  const words = { over: text.value.over, closing: text.value.closingNow, muted: text.value.muted }
  return (
    <>
      {unsent.size > 0 && (
        <div class="room-composer">
          {[...unsent].map((written) => (
            <UnsentWords key={written} words={written} onDiscard={() => discard(written)} />
          ))}
        </div>
      )}
      {silence === undefined ? (
        <WritingField
          key={props.editing?.id ?? 'new'}
          {...props}
          edited={edited}
          onEdit={(row, body) => void save(row, body)}
        />
      ) : (
        <output ref={note} class="room-composer room-composer-silent" tabIndex={-1}>
          <span>
            <Icon name={silence === 'muted' ? 'mic' : 'lock'} /> {words[silence]}
          </span>
        </output>
      )}
    </>
  )
}
