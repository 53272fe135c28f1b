import './room.css'
import { useState } from 'preact/hooks'
import { useConnectionHint } from '../../shell/connection-line.tsx'
import { useWholeHeight } from '../../shell/frame.tsx'
import { Loading, SkeletonText } from '../../ui/skeleton.tsx'
import { ErrorState } from '../../ui/states.tsx'
import { useHotkeys } from '../../ui/hotkeys.ts'
import { laterDialog } from '../../ui/later.tsx'
import { nameOf } from '../list/room-card.tsx'
import { ClosingProgress } from '../order/closing-progress.tsx'
import { roomItems } from '../order/room-menu.tsx'
import type { OrderDialogName } from '../order/room-menu.tsx'
import { text as roomText } from '../text.ts'
import { RoomSceneContext } from '../visit/room-context.ts'
import type { RoomScene } from '../visit/room-context.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { me as account, usePageTitle } from '../wires.ts'
import { silenceOf } from './composing.ts'
import { DoorView } from './door-view.tsx'
import { EndedView } from './ended.tsx'
import { MessageList } from './message-list.tsx'
import { PendingMessage } from './message.tsx'
import { PeoplePanel } from './people-panel.tsx'
import type { Reader } from './reader.ts'
import { RoomComposer } from './room-composer.tsx'
import { RoomHead } from './room-head.tsx'
import { focusComposer } from './room-keys.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { text } from './text.ts'
import { TypingLine } from './typing-line.tsx'
import { useIsWide } from './use-is-wide.ts'
import { useRoomVisit } from './use-room-visit.ts'
import { useRowActions } from './use-row-actions.ts'

const OrderDialog = laterDialog(() => import('../order/order-dialog.tsx').then((module) => module.OrderDialog))

/** A room, until somebody who had to leave it has a seat again: its head, its messages, where one writes, and who is here. */
export function Room({ id, me, onBack }: { id: string; me: string; onBack: () => void }) {
  const { visit, reader, faces, uploads } = useRoomVisit(id, me)
  const isWide = useIsWide()
  // Whether the window was wide when it was opened: in a narrow one it lies over everything, where nobody asked for it.
  const [panelOpenIn, setPanelOpenIn] = useState(isWide ? true : undefined)
  const isPanelOpen = panelOpenIn === isWide
  const setPanelOpen = (isOpen: boolean): void => setPanelOpenIn(isOpen ? isWide : undefined)
  const [dialog, setDialog] = useState<OrderDialogName | 'shortcuts' | undefined>(undefined)
  const room = visit.room.value
  const keepsOrder = room !== undefined && (room.mentor?.username === me || account.value?.role === 'admin')
  const isOver = visit.isOver.value
  const silence = room === undefined ? undefined : silenceOf({ isOver, ...room, hasWord: room.me.hasWord, keepsOrder })
  const isSilent = silence !== undefined
  const rows = useRowActions({ visit, reader, me, isSilent })
  useWholeHeight()
  usePageTitle(room === undefined ? roomText.value.title : nameOf(room))

  useHotkeys({ '?': () => setDialog('shortcuts'), g: () => reader.toNewest() })

  const scene: RoomScene = { visit, faces, me, keepsOrder, isSilent, actions: rows.actions }
  const items =
    room === undefined ? [] : roomItems({ room, me, keepsOrder, onOpen: setDialog, onLeft: () => visit.refresh() })
  const isEnding = room !== undefined && room.state !== 'open'
  const isOutside = visit.isOutside.value
  const isIn = room !== undefined && !isOutside
  // Where something can be written; an edit is not kept.
  useConnectionHint(isIn && !isSilent && rows.editing === undefined ? text.value.keptWhileCut : '')
  return (
    <RoomSceneContext.Provider value={scene}>
      <div class="room" data-panel={(isPanelOpen && isWide && !isOutside) || undefined}>
        <div class="room-main">
          <RoomHead visit={visit} items={items} isPanelOpen={isPanelOpen} onPanel={() => setPanelOpen(!isPanelOpen)} />
          <Inside visit={visit} reader={reader} onBack={onBack} />
          {visit.isReady.value && isIn && (isEnding || isOver) && visit.foundClosed === false && (
            <ClosingProgress room={id} pulse={isOver} onOver={() => room.state !== 'closed' && visit.refreshSoon()} />
          )}
          {/* Where one writes is there before the messages are: neither waits for the other to be drawn. */}
          {isIn && (
            <>
              <TypingLine />
              <RoomComposer
                silence={silence}
                name={nameOf(room)}
                replyTo={rows.replyTo}
                editing={rows.editing}
                isSaving={rows.isSaving}
                uploads={uploads}
                onDone={rows.stop}
                onBack={rows.replyAgain}
                onEdit={rows.saveEdit}
                onSent={() => reader.toNewest()}
              />
            </>
          )}
        </div>
        {isPanelOpen && visit.isReady.value && !isOutside && (
          <PeoplePanel
            onClose={() => {
              setPanelOpen(false)
              focusComposer()
            }}
          />
        )}
        {dialog === 'shortcuts' && <ShortcutsDialog onClose={() => setDialog(undefined)} />}
        {dialog !== undefined && dialog !== 'shortcuts' && room !== undefined && (
          <OrderDialog
            name={dialog}
            room={room}
            onClose={() => setDialog(undefined)}
            onChanged={(told) => {
              if (told === undefined) void visit.refresh()
              else visit.tellOwnChange(told)
            }}
          />
        )}
      </div>
    </RoomSceneContext.Provider>
  )
}

/** What I have written and is on its way, before the messages are there among which it will stand. */
function Coming({ reader }: { reader: Reader }) {
  const pending = reader.items.value.filter((item) => item.type === 'pending')
  if (pending.length === 0) return null
  return (
    <div key="coming" class="room-coming">
      {pending.map(({ key, message, isFirst, isLast }) => (
        <PendingMessage key={key} id={key} {...{ message, isFirst, isLast }} isFocusable={false} />
      ))}
    </div>
  )
}

/** The messages, or what is instead of them. */
function Inside({ visit, reader, onBack }: { visit: RoomVisit; reader: Reader; onBack: () => void }) {
  const room = visit.room.value
  const words = text.value
  const trouble = visit.trouble.value
  // No other try would find it.
  if (trouble?.code === 'not_found' || trouble?.code === 'bad_input') return <EndedView why="not_found" />
  if (trouble !== undefined) {
    return (
      <>
        <div class="room-instead">
          <ErrorState problem={trouble} onRetry={() => visit.enter()} />
        </div>
        <Coming reader={reader} />
      </>
    )
  }
  if (visit.ended.value !== undefined) return <EndedView why={visit.ended.value} onBack={onBack} />
  if (room !== undefined && !room.me.mayRead) return <DoorView visit={visit} room={room} />
  if (room === undefined || !visit.isReady.value) {
    return (
      <>
        <div key="loading" class="room-instead room-loading">
          <Loading>
            <SkeletonText lines={2} />
            <SkeletonText lines={3} />
            <SkeletonText lines={2} />
          </Loading>
        </div>
        <Coming reader={reader} />
      </>
    )
  }
  // Where the room is seen to end, the steps of that stand there.
  const isSeenToEnd = (room.state !== 'open' || visit.isOver.value) && visit.foundClosed === false
  const isEmpty =
    !isSeenToEnd &&
    reader.items.value.every(({ type }) => type === 'system' || type === 'day') &&
    !visit.pages.hasOlder.value
  return (
    <>
      <MessageList reader={reader} name={nameOf(room)} />
      {isEmpty && (
        // A node of its own: what was loading would have become it, and moved.
        <div key="empty" class="room-empty">
          <p>{visit.isOver.value ? words.emptyClosed : words.empty}</p>
          {!visit.isOver.value && <p>{words.emptyHint}</p>}
        </div>
      )}
    </>
  )
}
