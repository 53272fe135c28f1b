import './visually-hidden.css'
import type { ComponentChildren } from 'preact'

/** For screen readers alone. */
export function VisuallyHidden({ children }: { children: ComponentChildren }) {
  return <span class="visually-hidden">{children}</span>
}
