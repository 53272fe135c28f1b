import type { NamedClosing } from '../api/types.ts'
import { Badge } from '../ui/badge.tsx'
import type { Tone } from '../ui/badge.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { isFinal, shareStored } from '../api/closing.ts'
import { text } from './text.ts'

export const stateTones: Readonly<Record<NamedClosing['state'], Tone>> = {
  requested: 'giwa',
  fenced: 'giwa',
  draining: 'giwa',
  verifying: 'giwa',
  sealed: 'pine',
  suspect: 'warning',
  quarantined: 'danger',
}

interface ClosingRowProps {
  closing: NamedClosing
  onChoose: (room: string) => void
}

export function ClosingRow({ closing, onChoose }: ClosingRowProps) {
  const words = text.value
  const { room, name, state, requestedAt, parked, attempts, lastError } = closing
  return (
    <li class="closing-row">
      <button type="button" class="closing-open" aria-haspopup="dialog" onClick={() => onChoose(room)}>
        <span class="closing-name">{name}</span>
        <span class="closing-facts">
          <Badge tone={stateTones[state]}>{words.states[state]}</Badge>
          <RelativeTime at={requestedAt} />
          {parked > 0 && (
            <span class="closing-trouble">
              {words.parked} {words.parkedCount(parked)}
            </span>
          )}
          {attempts > 0 && (
            <span class="closing-trouble">
              {words.attempts} {attempts}
            </span>
          )}
        </span>
        {lastError !== undefined && <span class="closing-error">{lastError}</span>}
        {!isFinal(closing) && <StoredBar closing={closing} />}
      </button>
    </li>
  )
}

export function StoredBar({ closing }: { closing: NamedClosing }) {
  const share = shareStored(closing)
  return share === undefined ? (
    <progress class="closing-bar" aria-label={text.value.stored} />
  ) : (
    <progress class="closing-bar" aria-label={text.value.stored} value={share} max={1} />
  )
}
