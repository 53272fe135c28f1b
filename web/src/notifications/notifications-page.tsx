import './notifications.css'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { live } from '../shell/live.ts'
import { Page } from '../shell/page.tsx'
import { api } from '../shell/session.ts'
import { setUnreadNotifications } from '../shell/unread.ts'
import { LinkButton } from '../ui/button.tsx'
import { PagedEnd } from '../ui/paged-end.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { follow } from './follow.ts'
import { InboxVisit } from './inbox-visit.ts'
import { NotificationList } from './notification-list.tsx'
import { text } from './text.ts'

/** What I should know of. Looking at it is reading it. */
export function NotificationsPage() {
  const visit = useMemo(newVisit, [])
  const stream = live.value?.stream
  /** Then following reads by itself, and nothing has to be read before. */
  const [wasStreaming] = useState(() => stream?.connection.state === 'open')
  useEffect(() => {
    if (!wasStreaming) void visit.more()
  }, [visit, wasStreaming])
  useEffect(() => (stream === undefined ? undefined : follow(stream, visit)), [stream, visit])
  useSeeing(visit)
  return (
    <Page title={text.value.title}>
      <Inbox visit={visit} />
    </Page>
  )
}

function Inbox({ visit }: { visit: InboxVisit }) {
  const words = text.value
  const [fresh, earlier] = [visit.fresh.value, visit.earlier.value]
  const problem = visit.problem.value
  if (!visit.isOpen.value) {
    if (problem !== undefined) return <ErrorState problem={problem} onRetry={() => visit.more()} />
    return <InboxSkeleton />
  }
  if (visit.items.value.length === 0 && visit.isAtEnd.value) {
    return (
      <EmptyState icon="bell" title={words.empty} action={<LinkButton href="/">{words.toTimeline}</LinkButton>}>
        <p>{words.emptyHint}</p>
      </EmptyState>
    )
  }
  return (
    <>
      {fresh.length > 0 && <NotificationList title={words.fresh} items={fresh} isNew />}
      {earlier.length > 0 && (
        <NotificationList title={words.earlier} items={earlier} isTitleHidden={fresh.length === 0} />
      )}
      <PagedEnd list={visit} count={visit.items.value.length} />
    </>
  )
}

function newVisit(): InboxVisit {
  return new InboxVisit({
    list: (page) => api.notifications.list(page),
    read: (upTo) => api.notifications.read(upTo),
    onUnread: setUnreadNotifications,
  })
}

/** A glance is not reading: what is shown for a moment, in a tab that is looked at, has been seen. */
const glanceMs = 800

function useSeeing(visit: InboxVisit): void {
  const newest = visit.items.value[0]?.place
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      clearTimeout(timer)
      if (!document.hidden) timer = setTimeout(() => void visit.seen(), glanceMs)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [visit, newest])
}

function InboxSkeleton() {
  return (
    <Loading>
      <div class="notification-list">
        {Array.from({ length: 6 }, (_, place) => (
          <div key={place} class="notification">
            <Skeleton width="2.75rem" height="2.75rem" radius="50%" />
            <span class="notification-words">
              <Skeleton width="75%" height="1.2em" />
              <Skeleton width="40%" />
            </span>
          </div>
        ))}
      </div>
    </Loading>
  )
}
