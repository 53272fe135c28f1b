import type { RowActions } from '../visit/room-context.ts'
import type { Row } from '../model/log.ts'
import { isComposing, keyOf } from '../../ui/hotkeys.ts'

/** The elements among which the keys of a room lead. */
export const roomPlaces = {
  composer: '.room-composer-input',
  message: '.message',
} as const

export interface ListKeys {
  actions: RowActions
  /** Of the message that has the focus. */
  rowOf(key: string): { row: Row; isOwn: boolean } | undefined
  keepsOrder: boolean
  isSilent: boolean
  isOver: boolean
}

/** Keys while a message has the focus: arrows lead through the messages, letters do what its buttons do. */
export function onListKey(event: KeyboardEvent, keys: ListKeys): void {
  const { target } = event
  if (!(target instanceof HTMLElement) || isComposing(event)) return
  // A menu that is open closes by it.
  if (event.key === 'Escape' && target.closest(':popover-open') !== null) return
  if (event.key === 'Escape') return finish(event, focusComposer)
  if (!target.matches(roomPlaces.message) || event.ctrlKey || event.metaKey || event.altKey) return
  const move = movesTo(event.key)
  if (move !== undefined) return finish(event, () => move(target))
  const found = keys.rowOf(target.dataset['key'] ?? '')
  if (found === undefined) return
  const act = actionOf(keyOf(event), target, found, keys)
  if (act !== undefined) finish(event, act)
}

/** From the empty field up into the messages, to the last one. */
export function focusLastMessage(): void {
  const messages = document.querySelectorAll<HTMLElement>(`.room-log ${roomPlaces.message}`)
  focusOn(messages[messages.length - 1])
}

export function focusComposer(): void {
  document.querySelector<HTMLElement>(roomPlaces.composer)?.focus()
}

function finish(event: KeyboardEvent, act: () => void): void {
  event.preventDefault()
  event.stopPropagation()
  act()
}

function movesTo(key: string): ((from: HTMLElement) => void) | undefined {
  switch (key) {
    case 'ArrowUp':
      return (from) => focusOn(neighbour(from, -1))
    case 'ArrowDown':
      return (from) => {
        const next = neighbour(from, 1)
        if (next === undefined) focusComposer()
        else focusOn(next)
      }
    case 'Home':
      return (from) => focusOn(messagesAround(from)[0])
    case 'End':
      return (from) => focusOn(messagesAround(from).at(-1))
    default:
      return undefined
  }
}

function actionOf(
  key: string,
  target: HTMLElement,
  { row, isOwn }: { row: Row; isOwn: boolean },
  { actions, keepsOrder, isSilent, isOver }: ListKeys,
): (() => void) | undefined {
  if (row.content === null) return undefined
  switch (key) {
    case 'r':
      return isSilent ? undefined : () => actions.reply(row)
    case 'c':
      return () => actions.copy(row)
    case '+':
      return () => target.querySelector<HTMLElement>('[data-action=react]')?.click()
    case 'e':
      return isOwn && !isSilent ? () => actions.edit(row) : undefined
    case 'Delete':
      return (isOwn || keepsOrder) && !isOver ? () => actions.remove(row) : undefined
    default:
      return undefined
  }
}

function messagesAround(message: HTMLElement): HTMLElement[] {
  return [...(message.parentElement?.querySelectorAll<HTMLElement>(`:scope > ${roomPlaces.message}`) ?? [])]
}

function neighbour(message: HTMLElement, step: number): HTMLElement | undefined {
  const all = messagesAround(message)
  return all[all.indexOf(message) + step]
}

function focusOn(message: HTMLElement | undefined): void {
  message?.focus({ preventScroll: true })
  message?.scrollIntoView({ block: 'nearest' })
}
