import './tabs.css'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { classes } from './classes.ts'

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
  useLayoutEffect(() => (row.current === null ? undefined : showEnds(row.current)), [links.length])
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

/** As wide as the sheet lets a row fade. */
const fadePx = 40

/** On a narrow screen the row scrolls: where one is, is seen. By the row alone, so that the page stays where it is. */
function showCurrent(row: HTMLElement | null): void {
  const tab = row?.querySelector<HTMLElement>('[aria-current]')
  if (row === null || tab === null || tab === undefined) return
  const clear = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth + fadePx
  if (clear > row.scrollLeft) row.scrollLeft = clear
}

/** Names the ends (`start`, `end`) behind which there is more of the row, for the sheet. Answers how to stop. */
function showEnds(row: HTMLElement): () => void {
  const show = (): void => {
    const after = row.scrollWidth - row.clientWidth - row.scrollLeft
    // Sizes are rounded, places are not.
    row.dataset['more'] = classes(row.scrollLeft > 1 && 'start', after > 1 && 'end')
  }
  // Told once by itself, when everything has its size anyway: nothing is laid out for it.
  const sizes = new ResizeObserver(show)
  for (const one of [row, ...row.children]) sizes.observe(one)
  row.addEventListener('scroll', show, { passive: true })
  return () => {
    sizes.disconnect()
    row.removeEventListener('scroll', show)
  }
}
