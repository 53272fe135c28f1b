import { useMemo } from 'preact/hooks'
import type { FailedJob } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { text } from './jobs-text.ts'

interface FailedJobsProps {
  queue: string
  count: number
  onRetried: () => Promise<void>
}

/** Jobs of a queue that failed, the newest first, each of which can be tried again. Read anew when their number is another. */
export function FailedJobs({ queue, count, onRetried }: FailedJobsProps) {
  const words = text.value
  const list = useMemo(
    () =>
      pagedList(
        (cursor) => api.admin.failedJobs(queue, { cursor }),
        ({ id }) => id,
      ),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- another number of them is another list
    [queue, count],
  )
  return (
    <section class="failed-jobs">
      <h3>{words.failedJobs(count)}</h3>
      <PagedView
        list={list}
        skeleton={<Skeleton height="4rem" radius="var(--radius)" />}
        empty={<p class="queue-oldest">{words.noFailed}</p>}
      >
        {(jobs) => (
          <ul class="failed-list">
            {jobs.map((job) => (
              <FailedRow key={job.id} queue={queue} job={job} onRetried={onRetried} />
            ))}
          </ul>
        )}
      </PagedView>
    </section>
  )
}

function FailedRow({ queue, job, onRetried }: { queue: string; job: FailedJob; onRetried: () => Promise<void> }) {
  const words = text.value
  const retry = useAction(async () => {
    await api.admin.retryJob(queue, job.id)
    toast({ text: text.value.retried })
    await onRetried()
  })
  return (
    <li class="failed-job">
      <div>
        <p class="failed-reason">{job.reason}</p>
        <p class="failed-facts">
          {Object.entries(job.about).map(([what, id]) => (
            <span key={what}>{words.about(what, id)}</span>
          ))}
          <span>{words.attempts(job.attempts)}</span>
          <RelativeTime at={job.failedAt} />
          {job.requestId !== null && <code>{words.request(job.requestId)}</code>}
        </p>
        {retry.problem !== undefined && <ErrorLine problem={retry.problem} />}
      </div>
      <Button
        size="small"
        icon="refresh"
        aria-label={words.retryOf(job.id)}
        isBusy={retry.isBusy}
        onClick={() => void retry.run()}
      >
        {words.retry}
      </Button>
    </li>
  )
}
