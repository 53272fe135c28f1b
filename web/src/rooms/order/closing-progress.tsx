import './order.css'
import { useEffect } from 'preact/hooks'
import type { Closing } from '../../api/types.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress, Spinner } from '../../ui/spinner.tsx'
import { isFinal, shareStored } from '../../api/closing.ts'
import { stepsOf } from './closing-steps.ts'
import type { StepState } from './closing-steps.ts'
import { text } from './text.ts'
import { useClosing } from './use-closing.ts'
import type { ClosingLook } from './use-closing.ts'

/**
 * How far the end of a room is, step by step, as long as it takes, and that it is over, which `onOver` is told. `pulse` changes when
 * there is news of it: then it is looked at once.
 */
export function ClosingProgress({ room, pulse, onOver }: { room: string; pulse: unknown; onOver: () => void }) {
  const { closing, hasTrouble } = useClosing(room, pulse)
  const isOver = closing !== undefined && isFinal(closing)
  useEffect(() => {
    if (isOver) onOver()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- told once, however often the room is drawn
  }, [isOver])
  return <ClosingView room={room} closing={closing} hasTrouble={hasTrouble} />
}

/** The same for who looks at it for other reasons too. */
export function ClosingView({
  room,
  closing,
  hasTrouble,
}: { room: string } & Pick<ClosingLook, 'closing' | 'hasTrouble'>) {
  const words = text.value
  if (closing === undefined && !hasTrouble) return null
  const isOver = closing !== undefined && isFinal(closing)
  return (
    <section class="closing" aria-live="polite" aria-label={isOver ? words.sealedTitle : words.closingTitle}>
      <h2>{isOver ? words.sealedTitle : words.closingTitle}</h2>
      {closing !== undefined && <Steps closing={closing} />}
      {closing !== undefined && !isOver && <Stored closing={closing} />}
      {closing?.state === 'suspect' && <Explained>{words.suspect}</Explained>}
      {closing?.state === 'quarantined' && <Explained>{words.quarantined}</Explained>}
      {hasTrouble && <p class="order-note">{words.closingTrouble}</p>}
      {isOver && closing.state !== 'quarantined' && (
        <LinkButton look="main" icon="receipt" href={`/rooms/${room}/receipt`}>
          {words.receipt}
        </LinkButton>
      )}
    </section>
  )
}

function Steps({ closing }: { closing: Closing }) {
  return (
    <ol class="closing-steps">
      {stepsOf(closing).map(({ step, state }) => (
        <li key={step} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <Mark state={state} />
          <span>{text.value.steps[step]}</span>
        </li>
      ))}
    </ol>
  )
}

function Mark({ state }: { state: StepState }) {
  if (state === 'now') return <Spinner />
  return state === 'done' ? <Icon name="check" /> : <span class="closing-dot" aria-hidden="true" />
}

function Stored({ closing }: { closing: Closing }) {
  const words = text.value
  const { lastSeq, stored, parked } = closing
  if (lastSeq === undefined) return null
  const said = words.progress(Math.min(stored, lastSeq), lastSeq)
  return (
    <div class="closing-stored">
      <Progress label={said} share={shareStored(closing)} />
      <p class="order-note">{said}</p>
      {parked > 0 && <p class="order-note">{words.parked(parked)}</p>}
    </div>
  )
}

function Explained({ children }: { children: string }) {
  return (
    <p class="closing-odd">
      <Icon name="alert" />
      <span>{children}</span>
    </p>
  )
}
