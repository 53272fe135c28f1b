import { signal } from '@preact/signals'

export interface Toast {
  text: string
  tone?: 'plain' | 'danger'
  /** One thing to do about it: "Undo", "Show". Without it the toast goes sooner. */
  action?: { label: string; run: () => void }
}

export interface ShownToast extends Toast {
  id: number
}

/** Oldest first. */
export const toasts = signal<readonly ShownToast[]>([])

const most = 3
let last = 0

/** Tells in passing that something was done or went wrong. Nothing that must be read is told here alone. */
export function toast(message: Toast): void {
  last += 1
  toasts.value = [...toasts.value, { ...message, id: last }].slice(-most)
}

/** Takes a toast away. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}

/** Takes all away: what was told to somebody, and what they could do about it, is not for who comes next. */
export function dismissAll(): void {
  toasts.value = []
}
