import './toast-area.css'
import { useEffect, useState } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { Button, IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { dismiss, toasts } from './toast-state.ts'
import type { ShownToast } from './toast-state.ts'

const text = texts({
  en: { area: 'Notices', close: 'Close this notice' },
  ko: { area: '알림 메시지', close: '알림 닫기' },
})

const shortMs = 5_000
/** Somebody has to read it, decide and reach the button. */
const longMs = 12_000

/** Where `toast` shows: once on the page, from its start. Toasts stay while they are pointed at or hold the focus. */
export function ToastArea() {
  return (
    <section class="toasts" aria-label={text.value.area} aria-live="polite" aria-relevant="additions">
      {toasts.value.map((toast) => (
        <ToastBox key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function ToastBox({ toast }: { toast: ShownToast }) {
  const { id, action } = toast
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld) return
    const timer = setTimeout(dismiss, action === undefined ? shortMs : longMs, id)
    return () => clearTimeout(timer)
  }, [isHeld, id, action])

  return (
    <div
      class={classes('toast', toast.tone === 'danger' && 'toast-danger')}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      <p>{toast.text}</p>
      {action !== undefined && (
        <Button
          look="quiet"
          size="small"
          onClick={() => {
            dismiss(id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon="close" label={text.value.close} onClick={() => dismiss(id)} />
    </div>
  )
}
