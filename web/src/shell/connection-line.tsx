import './connection-line.css'
import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Spinner } from '../ui/spinner.tsx'
import type { Link } from './connection-state.ts'
import { link, wake } from './live.ts'
import { text } from './text.ts'

/** What holds on the page that is shown while it does not live. */
const hint = signal('')

/** While this page is shown, the line of the connection says this too, for as long as nothing can be sent. */
export function useConnectionHint(words: string): void {
  useEffect(() => {
    hint.value = words
    return () => {
      hint.value = ''
    }
  }, [words])
}

/** Most cuts heal sooner, and a stream that has come to its end waits for up to three seconds: nobody is alarmed by those. */
const patienceMs = 4_000

/** Says when the page does not live, and no more than that. The region is always there, so that its changes are heard. */
export function ConnectionLine() {
  const state = useSettled(link.value)
  return (
    <output class="connection-line" data-state={state}>
      {state !== 'open' && <Told state={state} />}
    </output>
  )
}

function Told({ state }: { state: Exclude<Link, 'open'> }) {
  const words = text.value
  const said = {
    offline: words.offline,
    reconnecting: words.reconnecting,
    limited: words.tooMany,
    removed: words.removed,
    outdated: words.outdated,
    missing: words.liveMissing,
  }[state]
  return (
    <span class="connection-line-words">
      {state === 'reconnecting' ? <Spinner /> : <Icon name={state === 'offline' ? 'offline' : 'info'} />}
      <span>
        {said} {(state === 'offline' || state === 'reconnecting') && hint.value}
      </span>
      {(state === 'reconnecting' || state === 'limited') && (
        <Button look="quiet" size="small" onClick={wake}>
          {words.tryNow}
        </Button>
      )}
      {(state === 'removed' || state === 'outdated' || state === 'missing') && (
        <Button look="quiet" size="small" onClick={() => location.reload()}>
          {words.reload}
        </Button>
      )}
    </span>
  )
}

/** Being open again is told at once, trouble when it stays. */
function useSettled(state: Link): Link {
  const [settled, setSettled] = useState<Link>('open')
  useEffect(() => {
    if (state === 'open') return setSettled('open')
    const timer = setTimeout(setSettled, patienceMs, state)
    return () => clearTimeout(timer)
  }, [state])
  return settled
}
