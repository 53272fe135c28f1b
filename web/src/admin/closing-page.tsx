import './closing.css'
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { isFinal } from '../api/closing.ts'
import { ApiProblem } from '../api/problem.ts'
import type { InspectedClosing } from '../api/types.ts'
import { Page } from '../shell/page.tsx'
import { api } from '../shell/session.ts'
import { LinkButton } from '../ui/button.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { ClosingActions } from './closing-actions.tsx'
import { ClosingFacts } from './closing-facts.tsx'
import { ClosingFindings, findingsOf } from './closing-findings.tsx'
import { ClosingRecord } from './closing-record.tsx'
import { ClosingBadges, StoredBar } from './closing-row.tsx'
import { hasFindings } from './closings.ts'
import { text } from './closing-text.ts'

/** A closing with all that is known of it, and what an admin may do about it. */
export function ClosingPage({ room }: { room: string }) {
  const words = text.value
  const { closing, problem, look } = useInspected(room)
  return (
    <Page title={closing?.name ?? words.title}>
      <p class="closing-back">
        <LinkButton look="quiet" icon="arrow-left" href="/admin/closings">
          {words.toList}
        </LinkButton>
      </p>
      {closing !== undefined ? (
        <ClosingSheet closing={closing} onChanged={look} />
      ) : problem === undefined ? (
        <Loading>
          <SkeletonText lines={10} />
        </Loading>
      ) : isNotThere(problem) ? (
        <EmptyState icon="receipt" title={words.gone} />
      ) : (
        <ErrorState problem={problem} onRetry={() => look()} />
      )}
    </Page>
  )
}

function ClosingSheet({ closing, onChanged }: { closing: InspectedClosing; onChanged: () => Promise<void> }) {
  const words = text.value
  const { room, state, parked, sealedAt, incidents, epochs, acceptance } = closing
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- read anew when the closing has become another one
  const findings = useMemo(() => findingsOf(room), [room, state, parked, sealedAt])
  const isWorthLooking = hasFindings(closing)
  // What stands below them comes once they are there, and is not moved down by them.
  const isComing = isWorthLooking && findings.items.value === undefined && findings.problem.value === undefined
  return (
    <div class="closing-sheet">
      <output class="closing-state">
        <ClosingBadges closing={closing} />
        <span>{words.explained[state]}</span>
      </output>
      {!isFinal(closing) && <StoredBar closing={closing} />}
      {acceptance !== null && (
        <blockquote class="closing-note">
          <p>{acceptance.note}</p>
          <footer>{words.acceptedBy(acceptance.by.displayName, acceptance.at)}</footer>
        </blockquote>
      )}
      <ClosingActions closing={closing} onChanged={onChanged} />
      {incidents.length > 0 && (
        <section class="closing-section">
          <h2>{words.incidents}</h2>
          <ul class="closing-incidents">
            {incidents.map((incident) => (
              <li key={incident}>
                <code>{incident}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {isWorthLooking && <ClosingFindings list={findings} />}
      {!isComing && (
        <>
          <ClosingFacts closing={closing} />
          {epochs.length > 0 && <ClosingEpochs epochs={epochs} />}
          <ClosingRecord key={`${state} ${sealedAt ?? ''} ${acceptance?.at ?? ''}`} room={room} />
        </>
      )}
    </div>
  )
}

function ClosingEpochs({ epochs }: Pick<InspectedClosing, 'epochs'>) {
  const words = text.value
  return (
    <section class="closing-section">
      <h2>{words.epochs}</h2>
      <ol class="closing-epochs">
        {epochs.map(({ epoch, firstSeq, lastSeq, cause, suspect }) => (
          <li key={epoch}>
            <span class="closing-epoch">{epoch}</span>
            <span>
              {words.causes(cause)} · {words.kept(firstSeq, lastSeq)}
            </span>
            {suspect !== null && <span class="closing-trouble">{words.lost(suspect.from, suspect.to)}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}

function isNotThere(problem: unknown): boolean {
  return problem instanceof ApiProblem && (problem.code === 'not_found' || problem.code === 'bad_input')
}

const everyMs = 1000

/** As it is now, and while it moves, as it becomes. What fails then is passed over: it is asked again at once. */
function useInspected(room: string) {
  const [closing, setClosing] = useState<InspectedClosing | undefined>(undefined)
  const [problem, setProblem] = useState<unknown>(undefined)
  const look = useCallback(async () => {
    try {
      setClosing(await api.admin.closing(room))
      setProblem(undefined)
    } catch (error) {
      setProblem(error)
    }
  }, [room])
  const isMoving = closing !== undefined && !isFinal(closing)
  useEffect(() => void look(), [look])
  useEffect(() => {
    if (!isMoving) return undefined
    const timer = setInterval(() => void look(), everyMs)
    return () => clearInterval(timer)
  }, [look, isMoving])
  return { closing, problem, look }
}
