import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useMentions } from '../../mentions/use-mentions.tsx'
import { DropGround } from '../../pictures/drop-ground.tsx'
import { PicturePicker } from '../../pictures/picture-picker.tsx'
import { PictureTray } from '../../pictures/picture-tray.tsx'
import { pastedFiles, takeFiles } from '../../pictures/take-files.ts'
import { progressOf } from '../../pictures/uploads.ts'
import type { Uploads } from '../../pictures/uploads.ts'
import { IconButton } from '../../ui/button.tsx'
import { isComposing } from '../../ui/hotkeys.ts'
import { grow } from '../../ui/text-area.tsx'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { keepDraft, onMessageTaken, readDraft } from '../visit/drafts.ts'
import { useRoom } from '../visit/room-context.ts'
import { useSocket } from '../wires.ts'
import { AboutLine, ComposerNotes } from './composer-lines.tsx'
import { bodyToSend, bytesOf, mostBytes } from './composing.ts'
import { focusLastMessage } from './room-keys.ts'
import { text } from './text.ts'
import { useSending } from './use-sending.ts'
import { useSlowMode } from './use-slow-mode.ts'

export interface WritingFieldProps {
  name: string
  replyTo: Row | undefined
  editing: Row | undefined
  /** The edit is on its way: what was written stays as it is until it is known what became of it. */
  isSaving: boolean
  /** Pictures of the message that is written: they stay while another one is edited in between. */
  uploads: Uploads
  /** The reply or the edit is over. */
  onDone: () => void
  /** What was sent as a reply could not be taken. */
  onBack: (replyTo: Row) => void
  onEdit: (row: Row, body: string) => void
  onSent: () => void
  /** What an edit has made of the message so far: nobody else keeps it. */
  edited: RefObject<string>
}

/** A message while it is written, or written anew: words, and for a new one pictures. */
export function WritingField(props: WritingFieldProps) {
  const { name, replyTo, editing, isSaving, uploads, onDone, onBack, onEdit, onSent, edited } = props
  const { visit, me } = useRoom()
  const socket = useSocket()
  const [body, setBody] = useState(() => startOf(me, visit.id, editing))
  const field = useRef<HTMLTextAreaElement>(null)
  const mentions = useMentions(field, write)
  const pause = useSlowMode()
  const words = text.value
  const isNew = editing === undefined
  const send = useSending({ body, setBody, uploads, replyTo, onDone, onBack, onSent })

  // With the line that says what it is about: the next key, Escape it may be, is meant for the field.
  useLayoutEffect(() => {
    if (replyTo !== undefined || !isNew) field.current?.focus()
  }, [replyTo, isNew])
  // With the field itself: a frame later the draft of what was typed last would be gone with what the other tab has sent.
  useLayoutEffect(() => {
    if (!isNew) return undefined
    return onMessageTaken(me, visit.id, (taken) => {
      if (body !== '' && taken !== body) keepDraft(me, visit.id, body)
    })
  }, [me, visit, body, isNew])
  // What was typed last would be told later, of somebody who has stopped.
  useEffect(() => () => socket.typing(visit.id, false), [socket, visit])
  useLayoutEffect(() => grow(field.current), [body])
  useLayoutEffect(() => {
    edited.current = isNew || body === startOf(me, visit.id, editing) ? '' : body
  }, [body, isNew, editing, edited, me, visit])

  const ready = bodyToSend(body)
  const tooLong = bytesOf(ready) - mostBytes
  const pictures = isNew ? uploads.items.value : []
  const hasSomething = ready !== '' || pictures.length > 0
  const maySend = hasSomething && tooLong <= 0 && progressOf(pictures) === 'ready' && (pause === 0 || !isNew)

  function write(next: string): void {
    setBody(next)
    if (!isNew) return
    // What another tab has written since is not taken away with what is wiped out here.
    if (next !== '' || readDraft(me, visit.id) === body) keepDraft(me, visit.id, next)
    socket.typing(visit.id, next.trim() !== '')
  }
  function add(files: Iterable<File>): void {
    if (isNew) takeFiles(uploads, files)
  }
  function submit(): void {
    if (!maySend || isSaving) return
    if (editing === undefined) void send(ready)
    else onEdit(editing, ready)
  }
  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends a composition, or takes a name, sends nothing.
    if (isComposing(event) || mentions.onKeyDown(event)) return
    if (event.key === 'Enter' && !event.shiftKey && sendsOnEnter()) {
      event.preventDefault()
      submit()
    } else if (event.key === 'ArrowUp' && body === '') {
      event.preventDefault()
      focusLastMessage()
    } else if (event.key === 'Escape' && (replyTo !== undefined || !isNew)) {
      event.preventDefault()
      event.stopPropagation()
      onDone()
    }
  }

  const form = (
    <form
      class="room-composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <AboutLine {...(replyTo && { replyTo })} {...(editing && { editing })} onStop={onDone} />
      {isNew && <PictureTray uploads={uploads} />}
      <div class="room-composer-row">
        {isNew && <PicturePicker onFiles={add} isFull={pictures.length >= uploads.most} />}
        <textarea
          ref={field}
          class="room-composer-input"
          {...mentions.ties}
          rows={1}
          dir="auto"
          value={body}
          readOnly={isSaving}
          placeholder={words.write}
          aria-label={isNew ? words.writeTo(name) : words.editing}
          aria-invalid={tooLong > 0 || undefined}
          enterkeyhint={sendsOnEnter() ? 'send' : 'enter'}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => add(isNew ? pastedFiles(event) : [])}
        />
        {mentions.list}
        <IconButton
          icon={isNew ? 'send' : 'check'}
          label={isNew ? words.send : words.save}
          look="main"
          type="submit"
          isDisabled={!maySend}
          aria-disabled={isSaving || undefined}
        />
      </div>
      <ComposerNotes tooLong={tooLong} pause={isNew ? pause : 0} isSaving={isSaving} />
    </form>
  )
  return isNew ? <DropGround onFiles={add}>{form}</DropGround> : form
}

/** What the room kept as written is edited as it stands; a draft goes on where it was left. */
function startOf(me: string, room: string, editing: Row | undefined): string {
  if (editing === undefined) return readDraft(me, room)
  return editing.content === null ? '' : readSaid(editing.content).body
}

/** On phones Enter makes a line, and the button sends. */
function sendsOnEnter(): boolean {
  return matchMedia('(hover: hover) and (pointer: fine)').matches
}
