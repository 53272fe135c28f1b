import './composer.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useMentions } from '../../mentions/use-mentions.tsx'
import { text as pictureText } from '../../pictures/draft-text.ts'
import { PictureTray } from '../../pictures/picture-tray.tsx'
import { Uploads, progressOf } from '../../pictures/uploads.ts'
import { IconButton } from '../../ui/button.tsx'
import { problemText } from '../../text/index.ts'
import { isComposing } from '../../ui/hotkeys.ts'
import { hasLostFocus } from '../../ui/focus.ts'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast-state.ts'
import { readSaid } from '../model/content.ts'
import type { Row } from '../model/log.ts'
import { formatPlace } from '../model/places.ts'
import { keepDraft, readDraft } from '../visit/drafts.ts'
import { useRoom } from '../visit/room-context.ts'
import { client, useOutbox, useSocket } from '../wires.ts'
import { bodyToSend, bytesOf, mostBytes, mostPictures, silenceOf, slowModeLeft } from './composing.ts'
import { focusLastMessage } from './room-keys.ts'
import { text } from './text.ts'

export interface ComposerProps {
  name: string
  replyTo: Row | undefined
  editing: Row | undefined
  /** The reply or the edit is over. */
  onDone: () => void
  onEdit: (row: Row, body: string) => void
  onSent: () => void
}

/** Where one writes, or why one cannot. */
export function Composer(props: ComposerProps) {
  const { visit, keepsOrder } = useRoom()
  const room = visit.room.value
  const note = useRef<HTMLOutputElement>(null)
  const wasWriting = useRef(false)
  const isOver = visit.isOver.value
  const silence = room === undefined ? undefined : silenceOf({ isOver, ...room, hasWord: room.me.hasWord, keepsOrder })
  useLayoutEffect(() => {
    if (silence !== undefined && wasWriting.current && hasLostFocus()) note.current?.focus()
    wasWriting.current = silence === undefined
  }, [silence])
  if (room === undefined) return null
  if (silence === undefined) return <WritingField key={props.editing?.id ?? 'new'} {...props} />
  const words = { over: text.value.over, closing: text.value.closingNow, muted: text.value.muted }
  return (
    <output ref={note} class="composer composer-silent" tabIndex={-1}>
      <Icon name={silence === 'muted' ? 'mic' : 'lock'} />
      {words[silence]}
    </output>
  )
}

/** Dropping a file is one more way of what the button does. */
// oxlint-disable jsx-a11y/no-noninteractive-element-interactions
function WritingField({ name, replyTo, editing, onDone, onEdit, onSent }: ComposerProps) {
  const { visit, faces, me } = useRoom()
  const outbox = useOutbox()
  const socket = useSocket()
  const [body, setBody] = useState(() => startOf(me, visit.id, editing))
  const [uploads] = useState(() => new Uploads({ upload: client.media.upload, most: mostPictures }))
  const field = useRef<HTMLTextAreaElement>(null)
  const mentions = useMentions(field, write)
  const picker = useRef<HTMLInputElement>(null)
  const [isDragging, setDragging] = useState(false)
  const pause = useSlowMode()
  const words = text.value
  const isTaken = useRef(false)

  useEffect(() => {
    if (replyTo !== undefined || editing !== undefined) field.current?.focus()
  }, [replyTo, editing])
  useLayoutEffect(() => grow(field.current), [body])
  useLayoutEffect(() => {
    isTaken.current = false
  })

  const ready = bodyToSend(body)
  const tooLong = bytesOf(ready) - mostBytes
  const pictures = uploads.items.value
  const hasSomething = ready !== '' || (editing === undefined && pictures.length > 0)
  const maySend =
    hasSomething && tooLong <= 0 && progressOf(pictures) === 'ready' && (pause === 0 || editing !== undefined)

  function write(next: string): void {
    setBody(next)
    if (editing !== undefined) return
    keepDraft(me, visit.id, next)
    if (next.trim() !== '') socket.typing(visit.id)
  }

  function addPictures(files: Iterable<File>): void {
    const { tooMany, others } = uploads.add(files)
    if (others > 0) toast({ text: pictureText.value.others })
    else if (tooMany > 0) toast({ text: pictureText.value.tooMany(mostPictures) })
  }

  async function send(): Promise<void> {
    // A second press before the field is drawn anew finds what the first one has taken.
    if (!maySend || isTaken.current) return
    if (editing !== undefined) {
      onEdit(editing, ready)
      return
    }
    isTaken.current = true
    const taken = uploads.take()
    const media = taken.flatMap(({ picture, alt }) => (picture === undefined ? [] : [{ id: picture.id, alt }]))
    const message = {
      room: visit.id,
      body: ready,
      ...(replyTo === undefined ? {} : { replyTo: formatPlace(replyTo) }),
      ...(media.length === 0 ? {} : { media }),
    }
    setBody('')
    onDone()
    try {
      keepDraft(me, visit.id, '')
      await outbox.add(message)
      onSent()
    } catch (error) {
      // What could not be handed over is still what was written, before what has been written since.
      setBody((since) => (since === '' ? body : `${body}\n${since}`))
      keepDraft(me, visit.id, body)
      uploads.putBack(taken)
      toast({ text: problemText(error), tone: 'danger' })
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends a composition, or takes a name, sends nothing.
    if (isComposing(event) || mentions.onKeyDown(event)) return
    if (event.key === 'Enter' && !event.shiftKey && sendsOnEnter()) {
      event.preventDefault()
      void send()
    } else if (event.key === 'ArrowUp' && body === '') {
      event.preventDefault()
      focusLastMessage()
    } else if (event.key === 'Escape' && (replyTo !== undefined || editing !== undefined)) {
      event.preventDefault()
      event.stopPropagation()
      onDone()
    }
  }

  return (
    <form
      class="composer"
      data-dragging={isDragging || undefined}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onDragOver={(event) => {
        if (editing !== undefined || event.dataTransfer?.types.includes('Files') !== true) return
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={(event) => {
        setDragging(false)
        if (editing !== undefined || event.dataTransfer === null || event.dataTransfer.files.length === 0) return
        event.preventDefault()
        addPictures(event.dataTransfer.files)
      }}
    >
      {replyTo !== undefined && (
        <Bar
          icon="reply"
          title={words.replyingTo(replyTo.from === null ? '' : faces.nameOf(replyTo.from))}
          excerpt={replyTo.content === null ? '' : readSaid(replyTo.content).body}
          onStop={onDone}
        />
      )}
      {editing !== undefined && <Bar icon="edit" title={words.editing} excerpt="" onStop={onDone} />}
      <PictureTray uploads={uploads} />
      <div class="composer-row">
        {editing === undefined && (
          <>
            <IconButton
              icon="picture"
              label={words.addPictures}
              isDisabled={pictures.length >= mostPictures}
              onClick={() => picker.current?.click()}
            />
            <input
              ref={picker}
              type="file"
              accept="image/*"
              multiple
              hidden
              onChange={(event) => {
                addPictures(event.currentTarget.files ?? [])
                event.currentTarget.value = ''
              }}
            />
          </>
        )}
        <textarea
          ref={field}
          class="composer-input"
          {...mentions.ties}
          rows={1}
          dir="auto"
          value={body}
          placeholder={words.write}
          aria-label={editing === undefined ? words.writeTo(name) : words.editing}
          aria-invalid={tooLong > 0 || undefined}
          enterkeyhint={sendsOnEnter() ? 'send' : 'enter'}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = event.clipboardData?.files
            if (editing !== undefined || files === undefined || files.length === 0) return
            event.preventDefault()
            addPictures(files)
          }}
        />
        {mentions.list}
        <IconButton
          icon={editing === undefined ? 'send' : 'check'}
          label={editing === undefined ? words.send : words.save}
          look="main"
          type="submit"
          isDisabled={!maySend}
        />
      </div>
      <Notes tooLong={tooLong} pause={editing === undefined ? pause : 0} />
    </form>
  )
}

/** What the room kept as written is edited as it stands; a draft goes on where it was left. */
function startOf(me: string, room: string, editing: Row | undefined): string {
  if (editing === undefined) return readDraft(me, room)
  return editing.content === null ? '' : readSaid(editing.content).body
}

interface BarProps {
  icon: 'reply' | 'edit'
  title: string
  excerpt: string
  onStop: () => void
}

function Bar({ icon, title, excerpt, onStop }: BarProps) {
  return (
    <div class="composer-bar">
      <Icon name={icon} />
      <p>
        <strong>{title}</strong> <span>{excerpt.slice(0, 120)}</span>
      </p>
      <IconButton icon="close" label={text.value.cancel} onClick={onStop} />
    </div>
  )
}

/** Silent as long as all is well. */
function Notes({ tooLong, pause }: { tooLong: number; pause: number }) {
  const words = text.value
  const seconds = useRoom().visit.room.value?.slowModeSeconds ?? 0
  const left = -tooLong
  return (
    <p class="composer-notes" aria-live="polite">
      {tooLong > 0 && <span class="composer-fault">{words.tooLong(tooLong)}</span>}
      {left >= 0 && left <= mostBytes / 10 && <span>{words.bytesLeft(left)}</span>}
      {pause > 0 ? (
        <span aria-hidden="true">{words.slow(pause)}</span>
      ) : (
        seconds > 0 && <span>{words.slowOn(seconds)}</span>
      )}
    </p>
  )
}

/** Seconds until slow mode lets me write again, counting down. */
function useSlowMode(): number {
  const { visit, me, keepsOrder } = useRoom()
  const seconds = keepsOrder ? 0 : (visit.room.value?.slowModeSeconds ?? 0)
  const [now, setNow] = useState(() => Date.now())
  const lastAt = visit.rows.value.findLast((row) => row.from === me && row.kind === 'text')?.at
  const left = slowModeLeft(lastAt, seconds, now)
  useEffect(() => {
    setNow(Date.now())
    if (seconds === 0 || lastAt === undefined) return undefined
    const timer = setInterval(() => setNow(Date.now()), 500)
    const end = setTimeout(() => clearInterval(timer), seconds * 1000 + 1000)
    return () => {
      clearInterval(timer)
      clearTimeout(end)
    }
  }, [seconds, lastAt])
  return left
}

/** On phones Enter makes a line, and the button sends. */
function sendsOnEnter(): boolean {
  return matchMedia('(hover: hover) and (pointer: fine)').matches
}

function grow(field: HTMLTextAreaElement | null): void {
  if (field === null || CSS.supports('field-sizing', 'content')) return
  field.style.blockSize = 'auto'
  field.style.blockSize = `${field.scrollHeight}px`
}
