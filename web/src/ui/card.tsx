import './card.css'
import type { ComponentChildren } from 'preact'
import { classes } from './classes.ts'

/** A sheet of paper: what belongs together. Give `as="article"` or `section` (with a `label`) to what stands for itself. */
export function Card({ children, as: Tag = 'div', label, class: added }: CardProps) {
  return (
    <Tag class={classes('card', added)} aria-label={label}>
      {children}
    </Tag>
  )
}

interface CardProps {
  children: ComponentChildren
  as?: 'div' | 'article' | 'section' | 'li'
  label?: string
  class?: string
}
