import './dialog.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'

const text = texts({ en: { close: 'Close' }, ko: { close: '닫기' } })

export interface DialogProps {
  title: string
  /** Asked to go, by Esc, its ✕ or the ground behind it: whoever shows it stops doing so. */
  onClose: () => void
  children: ComponentChildren
  /** The buttons; the main one last. */
  footer?: ComponentChildren
  size?: 'small' | 'normal' | 'large'
  /** Nothing but its own buttons close it: while it works, or when something written would be lost. */
  isHeld?: boolean
}

/**
 * Something that has to be done before the page goes on. Open as long as it is rendered: `{isOpen && <Dialog …/>}`. Focus goes to
 * what carries `autofocus` or to the first control, stays inside, and comes back to where it was. On a phone it rises from below.
 */
export function Dialog({ title, onClose, children, footer, size = 'normal', isHeld = false }: DialogProps) {
  const box = useModal()
  const titleId = useId()
  return (
    <dialog
      ref={box}
      class={classes('dialog', `dialog-${size}`)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        if (!isHeld) onClose()
      }}
      // The browser closes at a second Esc in any case: then it has to be gone here too.
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget && !isHeld) onClose()
      }}
    >
      <div class="dialog-sheet">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {!isHeld && <IconButton icon="close" label={text.value.close} onClick={onClose} />}
        </header>
        <div class="dialog-body">{children}</div>
        {footer !== undefined && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  )
}

/** The ref of a `<dialog>` that is modal from when it is rendered, and gives the focus back when it goes. */
export function useModal() {
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    box.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return box
}
