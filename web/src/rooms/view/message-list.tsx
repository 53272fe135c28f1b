import './message.css'
import './message-list.css'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { format } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { now } from '../../ui/now.ts'
import { Loading } from '../../ui/skeleton.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import type { SeqRange } from '../model/ranges.ts'
import type { ViewItem } from '../model/view.ts'
import { useRoom } from '../visit/room-context.ts'
import { Kept } from './kept-nodes.ts'
import { LogVoice } from './log-voice.tsx'
import { Message, PendingMessage } from './message.tsx'
import { onListKey } from './room-keys.ts'
import { SystemLine } from './system-line.tsx'
import { text } from './text.ts'
import type { Reader } from './reader.ts'

/** The messages of a room, from where the reader is: see `Reader` for how they stay there. */
export function MessageList({ reader, name }: { reader: Reader; name: string }) {
  const { visit, actions, keepsOrder, isSilent } = useRoom()
  const isOver = visit.isOver.value
  const scroller = useRef<HTMLDivElement>(null)
  const lines = useRef<HTMLDivElement>(null)
  const kept = useRef(new Kept<VNode>())
  const items = reader.items.value
  const tabStop = reader.tabStop.value

  // Before anything is painted: the first thing to be seen is where one stopped reading, or the end.
  useLayoutEffect(() => {
    if (scroller.current === null || lines.current === null) return
    return reader.attach(scroller.current, lines.current)
  }, [reader])
  // Before the next paint: what came above or went below has moved what is read.
  useLayoutEffect(() => reader.rendered())

  const { storedSeq } = visit.log
  const nodes = items.map((item) =>
    kept.current.of(item.key, factsOf(item, tabStop, storedSeq), () => nodeOf(item, tabStop, storedSeq)),
  )
  kept.current.forgetOthers(items.map(({ key }) => key))
  return (
    <div class="room-log-frame">
      {/* Keys of the messages in it, which have the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={scroller}
        class="room-log"
        onScroll={() => reader.scrolled()}
        onKeyDown={(event) =>
          onListKey(event, { actions, keepsOrder, isSilent, isOver, rowOf: (key) => reader.messageOf(key) })
        }
        onFocusCapture={(event) => reader.focus.came(event.target)}
        onBlurCapture={() => reader.focus.goes()}
      >
        {/* Spoken by `LogVoice`: lines that are paged in are no news. */}
        <div ref={lines} class="room-log-lines" role="log" aria-live="off" aria-label={text.value.messages(name)}>
          <Top reader={reader} />
          {nodes}
        </div>
      </div>
      <ToNewest reader={reader} />
      <LogVoice />
    </div>
  )
}

function factsOf(item: ViewItem, tabStop: string | undefined, storedSeq: number): unknown[] {
  const isFocusable = item.key === tabStop
  switch (item.type) {
    case 'message':
      return [item.row, item.isFirst, item.isLast, isFocusable, item.isOwn && item.row.seq <= storedSeq]
    case 'pending':
      return ['pending', item.message, item.isFirst, item.isLast, isFocusable]
    case 'system':
      return [...item.rows]
    case 'hole':
      return [item.range.from, item.range.to]
    case 'day':
    case 'unread':
      return []
    default:
      return item satisfies never
  }
}

function nodeOf(item: ViewItem, tabStop: string | undefined, storedSeq: number): VNode {
  const { key } = item
  const isFocusable = key === tabStop
  switch (item.type) {
    case 'message': {
      const { row, isFirst, isLast, isOwn } = item
      const kept = row.seq <= storedSeq ? 'stored' : 'buffered'
      const mark = isOwn ? kept : undefined
      return <Message key={key} id={key} {...{ row, isFirst, isLast, isOwn, mark, isFocusable }} />
    }
    case 'pending': {
      const { message, isFirst, isLast } = item
      return <PendingMessage key={key} id={key} {...{ message, isFirst, isLast, isFocusable }} />
    }
    case 'system':
      return <SystemLine key={key} id={key} rows={item.rows} />
    case 'hole':
      return <Hole key={key} id={key} range={item.range} />
    case 'day':
      return <Day key={key} id={key} at={item.at} />
    case 'unread':
      return (
        <h2 key={key} class="room-unread" data-key={key}>
          <span aria-hidden="true">{text.value.unread}</span>
          <span class="visually-hidden">{text.value.unreadLine}</span>
        </h2>
      )
    default:
      return item satisfies never
  }
}

function Day({ id, at }: { id: string; at: number }) {
  return (
    <h2 class="room-day" data-key={id}>
      <time datetime={new Date(at).toISOString()}>{format.value.day(at, now.value)}</time>
    </h2>
  )
}

/** What nobody has read yet between two messages: it is read when somebody comes near. */
function Hole({ id, range }: { id: string; range: SeqRange }) {
  const { pages } = useRoom().visit
  const problem = pages.holeTrouble.value
  return (
    <div class="room-hole" data-key={id}>
      <span>{text.value.hole}</span>
      {problem === undefined ? (
        <span class="room-top-bar" aria-hidden="true" />
      ) : (
        <ErrorLine problem={problem}>
          <Button size="small" isBusy={pages.isReadingHole.value} onClick={() => void pages.readInto(range, 'above')}>
            {text.value.tryAgain}
          </Button>
        </ErrorLine>
      )}
    </div>
  )
}

/** Above the first line: more is coming, did not come, or this is where the room begins. */
function Top({ reader }: { reader: Reader }) {
  const { visit } = useRoom()
  const words = text.value
  if (visit.pages.olderTrouble.value !== undefined) {
    return (
      <div class="room-top">
        <ErrorLine problem={visit.pages.olderTrouble.value} onRecovery={() => void visit.pages.loadOlder()}>
          <Button size="small" isBusy={visit.pages.isLoadingOlder.value} onClick={() => void visit.pages.loadOlder()}>
            {words.tryAgain}
          </Button>
        </ErrorLine>
      </div>
    )
  }
  if (visit.pages.hasOlder.value || reader.hasEarlier.value) {
    return (
      <div class="room-top" aria-busy="true">
        <Loading>
          <span class="room-top-bar" />
        </Loading>
      </div>
    )
  }
  return <p class="room-top room-start">{words.start}</p>
}

function ToNewest({ reader }: { reader: Reader }) {
  if (reader.isAtEnd.value) return null
  const count = reader.unreadBelow.value
  return (
    <button type="button" class="room-newest" onClick={() => reader.toNewest()}>
      <Icon name="arrow-down" />
      {count > 0 ? text.value.newBelow(count) : <span class="visually-hidden">{text.value.newest}</span>}
    </button>
  )
}
