import './states.css'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { problemText, texts } from '../text/index.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { useRecovery } from './recovery.ts'
import { useWait } from './use-wait.ts'
import { VisuallyHidden } from './visually-hidden.tsx'

const text = texts({
  en: { retry: 'Try again', requestId: (id: string) => `Number of the request: ${id}` },
  ko: { retry: '다시 시도', requestId: (id: string) => `요청 번호: ${id}` },
})

/** What went wrong, and while one has to wait, for how much longer. Screen readers hear the wait once, and not each second. */
export function ProblemWords({ problem }: { problem: unknown }) {
  const wait = useWait(problem)
  if (!(problem instanceof ApiProblem) || wait === 0) return <>{problemText(withoutWait(problem))}</>
  const { code } = problem
  return (
    <>
      <VisuallyHidden>{problemText(problem)}</VisuallyHidden>
      <span aria-hidden="true">{problemText(new ApiProblem({ code, retryAfter: wait }))}</span>
    </>
  )
}

/** A wait that is over is no more told. */
function withoutWait(problem: unknown): unknown {
  return problem instanceof ApiProblem ? new ApiProblem({ code: problem.code }) : problem
}

export interface EmptyStateProps {
  icon: IconName
  title: string
  /** What would be here, and how it comes. */
  children?: ComponentChildren
  /** A `Button` or `LinkButton` to begin with. */
  action?: ComponentChildren
}

/** There is nothing here yet, and that is all right. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div class="state">
      <span class="state-mark">
        <Icon name={icon} />
      </span>
      <p class="state-title">{title}</p>
      {children !== undefined && <div class="state-text">{children}</div>}
      {action}
    </div>
  )
}

export interface ErrorStateProps {
  /** What was thrown: told in words by its code. */
  problem: unknown
  /** Said instead of the words for the code. */
  title?: string
  /**
   * Also called by itself, in a while and when the site can be reached again, after a problem that passes with an outage. The problem stays until this is over: nobody
   * who stands on the button is led elsewhere, and nothing is said once more.
   */
  onRetry?: () => unknown
  /** Another try costs something, as loading the page anew does: only who presses the button makes it. */
  isByHand?: boolean
  /** More to read or to do. */
  children?: ComponentChildren
}

/** Something could not be shown. The number of the request helps who looks for the reason. */
export function ErrorState({ problem, title, onRetry, isByHand = false, children }: ErrorStateProps) {
  const [isRetrying, setRetrying] = useState(false)
  async function retry(): Promise<void> {
    setRetrying(true)
    try {
      await onRetry?.()
    } finally {
      setRetrying(false)
    }
  }
  useRecovery(problem, onRetry === undefined || isByHand || isRetrying ? undefined : () => void retry())
  const isOffline = problem instanceof ApiProblem && problem.code === 'offline'
  const requestId = problem instanceof ApiProblem ? problem.requestId : undefined
  return (
    <div class="state" role="alert">
      <span class="state-mark">
        <Icon name={isOffline ? 'offline' : 'alert'} />
      </span>
      <p class="state-title">{title ?? <ProblemWords problem={problem} />}</p>
      {requestId !== undefined && (
        <p class="state-request" aria-live="off">
          {text.value.requestId(requestId)}
        </p>
      )}
      {onRetry !== undefined && (
        <Button icon="refresh" isBusy={isRetrying} onClick={() => void retry()}>
          {text.value.retry}
        </Button>
      )}
      {children}
    </div>
  )
}

export interface ErrorLineProps {
  problem: unknown
  /** Tries again, without anybody pressing anything, in a while and when the site can be reached again. */
  onRecovery?: () => void
  children?: ComponentChildren
}

/** An error among other things, where there is no place for a whole state: under a form, at the end of a list. */
export function ErrorLine({ problem, onRecovery, children }: ErrorLineProps) {
  useRecovery(problem, onRecovery)
  return (
    <p class="error-line" role="alert">
      <Icon name="alert" />
      <span>
        <ProblemWords problem={problem} />
      </span>
      {children}
    </p>
  )
}
