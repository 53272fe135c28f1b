import './page.css'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { classes } from '../ui/classes.ts'
import { VisuallyHidden } from '../ui/visually-hidden.tsx'
import { text } from './text.ts'
import { unreadNotifications, unreadRooms } from './unread.ts'

export interface PageProps {
  /** The heading of the page, and its name in the browser. */
  title: string
  /** The heading is for screen readers alone: where tabs or a picture say where one is. */
  isTitleHidden?: boolean
  /** Beside the heading. */
  actions?: ComponentChildren
  children: ComponentChildren
  /** `reading`: one column for posts and settings. `wide`: lists side by side, tables. */
  width?: 'reading' | 'wide'
}

/** A page of the frame: its name, its `h1`, where the focus goes when one comes to it, and its column. Render it while loading too. */
export function Page({ title, isTitleHidden = false, actions, children, width = 'reading' }: PageProps) {
  usePageTitle(title)
  const heading = <h1 tabIndex={-1}>{title}</h1>
  return (
    <div class={classes('page', `page-${width}`)}>
      {isTitleHidden ? (
        <VisuallyHidden>{heading}</VisuallyHidden>
      ) : (
        <header class="page-head">
          {heading}
          {actions}
        </header>
      )}
      {children}
    </div>
  )
}

/** The name of the page in the browser, with how much is unread as the navigation counts it, for pages with a heading of their own (which then is an `h1`). */
export function usePageTitle(title: string): void {
  const name = text.value.name
  const unread = unreadNotifications.value + unreadRooms.value
  useLayoutEffect(() => {
    const named = title === name ? name : `${title} · ${name}`
    document.title = unread > 0 ? `(${unread}) ${named}` : named
  }, [title, name, unread])
}
