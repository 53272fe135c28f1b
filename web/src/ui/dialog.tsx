import './dialog.css'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { confirm } from './confirm-state.ts'

const text = texts({
  en: {
    close: 'Close',
    discardTitle: 'Discard your changes?',
    discardBody: 'What you have changed here is not saved.',
    discard: 'Discard',
  },
  ko: {
    close: '닫기',
    discardTitle: '바꾼 내용을 버릴까요?',
    discardBody: '여기서 바꾼 내용은 저장되지 않았어요.',
    discard: '버리기',
  },
})

export interface DialogProps {
  title: string
  /** Asked to go, by Esc, its ✕ or the ground behind it: whoever shows it stops doing so. */
  onClose: () => void
  children: ComponentChildren
  /** The buttons; the main one last. */
  footer?: ComponentChildren
  size?: 'small' | 'normal' | 'large'
  /** Nothing but its own buttons close it: while it works. */
  isHeld?: boolean
  /** Something written would be lost: who leaves is asked first. */
  isDirty?: boolean
}

/**
 * Something that has to be done before the page goes on. Open as long as it is rendered: `{isOpen && <Dialog …/>}`. Focus goes to
 * what carries `autofocus` or to the first control, stays inside, and comes back to where it was. On a phone it rises from below.
 */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  size = 'normal',
  isHeld = false,
  isDirty = false,
}: DialogProps) {
  const box = useModal()
  const titleId = useId()

  async function leave(): Promise<void> {
    if (isHeld) return
    if (!isDirty || (await mayDiscard())) onClose()
  }

  return (
    <dialog
      ref={box}
      class={classes('dialog', `dialog-${size}`)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        void leave()
      }}
      // The browser closes at a second Esc in any case: then it has to be gone here too.
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) void leave()
      }}
    >
      <div class="dialog-sheet">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {!isHeld && <IconButton icon="close" label={text.value.close} onClick={() => void leave()} />}
        </header>
        <div class="dialog-body">{children}</div>
        {footer !== undefined && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  )
}

/** Asks before what was written is lost. */
export function mayDiscard(): Promise<boolean> {
  const { discardTitle, discardBody, discard } = text.value
  return confirm({ title: discardTitle, body: discardBody, yes: discard, isDangerous: true })
}

/** The ref of a `<dialog>` that is modal from when it is rendered, and gives the focus back when it goes. */
export function useModal() {
  const box = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    box.current?.showModal()
    // While it stands, nothing else can have the focus; a frame later somebody else would have taken it.
    return () =>
      queueMicrotask(() => (before instanceof HTMLElement && before.isConnected ? before.focus() : undefined))
  }, [])
  return box
}
