import './jobs.css'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Queue } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { format } from '../text/index.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { Icon } from '../ui/icon.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { FailedJobs } from './failed-jobs.tsx'
import { text } from './jobs-text.ts'

/** What workers have to do, and what failed. */
export function JobsPart() {
  const words = text.value
  const { queues, board, problem, look } = useQueues()
  if (queues === undefined) {
    if (problem !== undefined) return <ErrorState problem={problem} onRetry={() => look()} />
    return (
      <Loading>
        <JobsSkeleton />
      </Loading>
    )
  }
  return (
    <>
      <p class="jobs-intro">{words.intro}</p>
      {queues.map((queue) => (
        <QueueCard key={queue.name} queue={queue} onRetried={look} />
      ))}
      {board !== null && (
        <a class="jobs-board" href={board} target="_blank" rel="noopener">
          <Icon name="external" />
          {words.board}
        </a>
      )}
    </>
  )
}

function QueueCard({ queue, onRetried }: { queue: Queue; onRetried: () => Promise<void> }) {
  const words = text.value
  const { name, failed, isPaused, oldestWaitingAt } = queue
  return (
    <Card as="section" label={words.queue(name)}>
      <header class="queue-head">
        <h2>{words.queue(name)}</h2>
        <code>{name}</code>
        {isPaused && <Badge tone="warning">{words.paused}</Badge>}
      </header>
      <dl class="queue-counts">
        {(['waiting', 'active', 'delayed', 'failed'] as const).map((count) => (
          <div key={count} data-trouble={count === 'failed' && failed > 0}>
            <dt>{words[count]}</dt>
            <dd>{format.value.number(queue[count])}</dd>
          </div>
        ))}
      </dl>
      {oldestWaitingAt !== null && <p class="queue-oldest">{words.oldest(oldestWaitingAt)}</p>}
      {failed > 0 && <FailedJobs queue={name} count={failed} onRetried={onRetried} />}
    </Card>
  )
}

const everyMs = 3000

/** As they are now, read anew every few seconds while somebody looks; what fails then is passed over. */
function useQueues() {
  const [queues, setQueues] = useState<Queue[] | undefined>(undefined)
  const [board, setBoard] = useState<string | null>(null)
  const [problem, setProblem] = useState<unknown>(undefined)
  const look = useCallback(async () => {
    try {
      const found = await api.admin.queues()
      setQueues(found.items)
      setBoard(found.board)
      setProblem(undefined)
    } catch (error) {
      setProblem(error)
    }
  }, [])
  useEffect(() => {
    void look()
    const timer = setInterval(() => {
      if (!document.hidden) void look()
    }, everyMs)
    return () => clearInterval(timer)
  }, [look])
  return { queues, board, problem, look }
}

function JobsSkeleton() {
  return (
    <div class="jobs-skeleton">
      <Skeleton height="3rem" />
      {Array.from({ length: 3 }, (_, place) => (
        <Skeleton key={place} height="8.5rem" radius="var(--radius-lg)" />
      ))}
    </div>
  )
}
