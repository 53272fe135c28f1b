import './order.css'
import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { Closing } from '../../api/types.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress, Spinner } from '../../ui/spinner.tsx'
import { client } from '../wires.ts'
import { isFinal, lookAgainMs, shareStored, stepsOf } from './closing-steps.ts'
import type { StepState } from './closing-steps.ts'
import { text } from './text.ts'

/** How far the end of a room is, step by step, as long as it takes. `pulse` changes when there is news of it: then it is looked at once. */
export function ClosingProgress({ room, pulse }: { room: string; pulse: unknown }) {
  const { closing, hasTrouble } = useClosing(room, pulse)
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

/** Looks how far it is until it is over, ever less often, and at once when there is news. */
function useClosing(room: string, pulse: unknown): { closing: Closing | undefined; hasTrouble: boolean } {
  const [closing, setClosing] = useState<Closing | undefined>(undefined)
  const [hasTrouble, setTrouble] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    async function look(looks: number): Promise<void> {
      const found = await client.rooms.closing(room).catch((error: unknown) => error)
      if (isGone) return
      const isMissing = found instanceof ApiProblem && found.code === 'not_found'
      if (!(found instanceof Error)) setClosing(found as Closing)
      setTrouble(found instanceof Error && !isMissing)
      if (found instanceof Error || !isFinal(found as Closing)) {
        timer = setTimeout(() => void look(looks + 1), lookAgainMs(looks))
      }
    }
    void look(0)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [room, pulse])
  return { closing, hasTrouble }
}
