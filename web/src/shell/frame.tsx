import './frame.css'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { signal } from '@preact/signals'
import { ConnectionLine } from './connection-line.tsx'
import { Navigation } from './navigation.tsx'
import { text } from './text.ts'

/** How many of the pages that are shown want the whole height of a phone. */
const wholeHeight = signal(0)

/** While this page is shown, a phone shows it without the bar below: for a conversation, which has a bar of its own. */
export function useWholeHeight(): void {
  useLayoutEffect(() => {
    wholeHeight.value += 1
    return () => {
      wholeHeight.value -= 1
    }
  }, [])
}

/** What stays around the pages of who is signed in. */
export function Frame({ children }: { children: ComponentChildren }) {
  return (
    <div class="frame" data-whole={wholeHeight.value > 0 || undefined}>
      <SkipLink />
      <Navigation />
      <div class="frame-page">
        <ConnectionLine />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  )
}

/** The first thing that Tab finds. */
export function SkipLink() {
  return (
    <a
      class="skip-link"
      href="#content"
      onClick={(event) => {
        event.preventDefault()
        document.getElementById('content')?.focus()
      }}
    >
      {text.value.skip}
    </a>
  )
}
