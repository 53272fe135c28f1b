import './badge.css'
import type { ComponentChildren } from 'preact'
import { format } from '../text/index.ts'
import { classes } from './classes.ts'
import { VisuallyHidden } from './visually-hidden.tsx'

/** A short fact about a thing: a role, a state. */
export function Badge({ children, tone = 'plain' }: { children: ComponentChildren; tone?: Tone }) {
  return <span class={classes('badge', `badge-${tone}`)}>{children}</span>
}

export type Tone = 'plain' | 'pine' | 'persimmon' | 'giwa' | 'danger' | 'warning'

export interface CountProps {
  count: number
  /** The count in words for screen readers: `3 unread notifications`. */
  label: string
  /** Above it, `99+` is shown. */
  most?: number
}

/** How many are new. Nothing at 0. */
export function Count({ count, label, most = 99 }: CountProps) {
  if (count <= 0) return null
  return (
    <span class="count">
      <span aria-hidden="true">{count > most ? `${most}+` : format.value.number(count)}</span>
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  )
}
