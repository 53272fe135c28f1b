import './menu.css'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { nextPlace } from './menu-keys.ts'
import { keepBeside, placeBeside } from './place-beside.ts'

export interface MenuItem {
  label: string
  icon?: IconName
  onSelect: () => void
  isDangerous?: boolean
  isDisabled?: boolean
}

export interface MenuProps {
  /** What the menu is about: `More about this post`. */
  label: string
  items: readonly MenuItem[]
  icon?: IconName
  /** -1 where other keys lead to what it does, and Tab shall pass it over. */
  tabIndex?: number
  /** Told when it opens and closes: what moves its button meanwhile would take it away. */
  onToggle?: (isOpen: boolean) => void
}

/**
 * What else can be done with a thing, behind one button. Arrows, Home, End and first letters move, Enter and Space choose, Esc and
 * Tab close; the focus comes back to the button. What stands in it is made when it is first opened: a page has a menu at everything, and
 * few of them are.
 */
export function Menu({ label, items, icon = 'more', tabIndex = 0, onToggle }: MenuProps) {
  const id = useId()
  const opener = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const [isMade, setMade] = useState(false)
  const told = useRef(onToggle)
  told.current = onToggle

  // Gone with what it was about: nobody chooses any more.
  useEffect(() => () => told.current?.(false), [])
  useLayoutEffect(() => {
    if (isMade) show()
  }, [isMade])
  useEffect(() => {
    if (isOpen && list.current !== null && opener.current !== null) return keepBeside(list.current, opener.current)
    return undefined
  }, [isOpen])

  function tell(isOpenNow: boolean): void {
    setOpen(isOpenNow)
    onToggle?.(isOpenNow)
  }
  function open(): void {
    // Its own event comes a moment later.
    onToggle?.(true)
    if (isMade) show()
    else setMade(true)
  }
  function show(): void {
    if (opener.current === null || list.current === null) return
    list.current.showPopover()
    placeBeside(list.current, opener.current)
    entriesOf(list.current)[0]?.focus()
  }
  function close(): void {
    list.current?.hidePopover()
  }
  function choose(item: MenuItem): void {
    close()
    opener.current?.focus()
    item.onSelect()
  }

  return (
    <>
      <IconButton
        icon={icon}
        label={label}
        buttonRef={opener}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={open}
      />
      <div
        ref={list}
        id={id}
        class="menu"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        popover="auto"
        onToggle={(event) => tell(event.newState === 'open')}
        onKeyDown={(event) => {
          if (event.key === 'Tab') close()
          else if (list.current !== null && moveByKey(list.current, event.key)) event.preventDefault()
        }}
      >
        {isMade && items.map((item) => <Entry key={item.label} item={item} onChoose={choose} />)}
      </div>
    </>
  )
}

function Entry({ item, onChoose }: { item: MenuItem; onChoose: (item: MenuItem) => void }) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      class={classes('menu-item', item.isDangerous === true && 'menu-item-danger')}
      disabled={item.isDisabled}
      onClick={() => onChoose(item)}
    >
      {item.icon !== undefined && <Icon name={item.icon} />}
      <span>{item.label}</span>
    </button>
  )
}

function entriesOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)')]
}

/** True when the key meant something here. */
function moveByKey(list: HTMLElement, key: string): boolean {
  const entries = entriesOf(list)
  const at = entries.findIndex((entry) => entry === document.activeElement)
  const next = nextPlace({ key, at, words: entries.map((entry) => entry.textContent ?? '') })
  if (next === undefined) return false
  entries[next]?.focus()
  return true
}
