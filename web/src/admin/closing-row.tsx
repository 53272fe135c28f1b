import type { NamedClosing } from '../api/types.ts'
import { Badge } from '../ui/badge.tsx'
import type { Tone } from '../ui/badge.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { isFinal, shareStored } from '../api/closing.ts'
import { text } from './closing-text.ts'

const stateTones: Readonly<Record<NamedClosing['state'], Tone>> = {
  requested: 'giwa',
  fenced: 'giwa',
  draining: 'giwa',
  verifying: 'giwa',
  sealed: 'pine',
  suspect: 'warning',
  quarantined: 'danger',
}

export function ClosingRow({ closing }: { closing: NamedClosing }) {
  const words = text.value
  const { room, name, requestedAt, parked, attempts, lastError } = closing
  return (
    <li class="closing-row">
      <a class="closing-open" href={`/admin/closings/${room}`}>
        <span class="closing-name">{name}</span>
        <span class="closing-facts">
          <ClosingBadges closing={closing} />
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
      </a>
    </li>
  )
}

export function ClosingBadges({ closing }: { closing: Pick<NamedClosing, 'state' | 'acceptedAt'> }) {
  const { state, acceptedAt } = closing
  return (
    <>
      <Badge tone={stateTones[state]}>{text.value.states[state]}</Badge>
      {acceptedAt !== undefined && <Badge>{text.value.accepted}</Badge>}
    </>
  )
}

export function StoredBar({ closing }: { closing: Pick<NamedClosing, 'stored' | 'lastSeq'> }) {
  const share = shareStored(closing)
  return share === undefined ? (
    <progress class="closing-bar" aria-label={text.value.stored} />
  ) : (
    <progress class="closing-bar" aria-label={text.value.stored} value={share} max={1} />
  )
}
