import './tabs.css'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

export interface Tab<Id extends string> {
  id: Id
  label: string
}

export interface TabsProps<Id extends string> {
  label: string
  tabs: readonly Tab<Id>[]
  selected: Id
  onSelect: (id: Id) => void
  /** What the selected tab shows. */
  children: ComponentChildren
}

/** Several views in one place, without an address of their own. Arrows go from tab to tab. */
export function Tabs<Id extends string>({ label, tabs, selected, onSelect, children }: TabsProps<Id>) {
  const id = useId()
  const row = useRef<HTMLDivElement>(null)

  function move(key: string): boolean {
    const at = tabs.findIndex((tab) => tab.id === selected)
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key]
    if (next === undefined) return false
    const place = (next + tabs.length) % tabs.length
    const tab = tabs[place]
    if (tab !== undefined) onSelect(tab.id)
    row.current?.querySelectorAll<HTMLElement>('[role=tab]')[place]?.focus()
    return true
  }

  return (
    <>
      <div ref={row} class="tabs" role="tablist" aria-label={label}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            id={`${id}-${tab.id}`}
            role="tab"
            class="tab"
            aria-selected={tab.id === selected}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => onSelect(tab.id)}
            onKeyDown={(event) => {
              if (move(event.key)) event.preventDefault()
            }}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${selected}`}>
        {children}
      </div>
    </>
  )
}

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
