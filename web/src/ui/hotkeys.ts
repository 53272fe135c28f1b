import { useEffect, useRef } from 'preact/hooks'

export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>

/**
 * Keys that do something anywhere on the page, by `keyOf`: `{ '/': focusSearch, n: compose }`. Quiet while somebody writes, while
 * a composition is open, together with Ctrl, Alt or Meta, and while a dialog is open.
 */
export function useHotkeys(hotkeys: Hotkeys): void {
  const latest = useRef(hotkeys)
  latest.current = hotkeys
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isWriting(event) || document.querySelector('dialog:modal') !== null) return
      latest.current[keyOf(event)]?.(event)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

/** What a key means as a command: a letter of another script (`ㄱ` of a Korean layout) stands for the Latin one on the same key. */
export function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? []
  if (letter === undefined || !isLetterOfAnotherScript.test(key)) return key
  return shiftKey ? letter : letter.toLowerCase()
}

const isLetterOfAnotherScript = /^(?!\p{Script=Latin})\p{L}$/u

/** An open composition of an input method: its Enter ends the composition and sends nothing. Safari says so by 229 alone. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

function isWriting(event: KeyboardEvent): boolean {
  if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return true
  const { target } = event
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
