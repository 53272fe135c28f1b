import './tabs.css'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

export interface LinkTab {
  href: string
  label: string
  isCurrent: boolean
  /** A `Count` or such, after the label. */
  after?: ComponentChildren
}

/** Views with addresses of their own (feeds, parts of settings): links that look like tabs. */
export function LinkTabs({ label, links }: { label: string; links: readonly LinkTab[] }) {
  const row = useRef<HTMLElement>(null)
  const current = links.find((link) => link.isCurrent)?.href
  useLayoutEffect(() => showCurrent(row.current), [current])
  return (
    <nav ref={row} class="tabs" aria-label={label}>
      {links.map((link) => (
        <a key={link.href} href={link.href} class="tab" aria-current={link.isCurrent ? 'page' : undefined}>
          {link.label}
          {link.after}
        </a>
      ))}
    </nav>
  )
}

/** On a narrow screen the row scrolls: where one is, is seen. By the row alone, so that the page stays where it is. */
function showCurrent(row: HTMLElement | null): void {
  const tab = row?.querySelector<HTMLElement>('[aria-current]')
  if (row === null || tab === null || tab === undefined) return
  const overlap = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth
  if (overlap > row.scrollLeft) row.scrollLeft = overlap
}
