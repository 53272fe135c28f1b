import './sessions-section.css'
import { useEffect } from 'preact/hooks'
import type { Session } from '../api/types.ts'
import { problemText } from '../text/index.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { deviceOf } from './device.ts'
import { endSession, loadSessions, sessions, sessionsProblem } from './sessions-state.ts'
import { text } from './settings-text.ts'

export function SessionsSection() {
  useEffect(() => void loadSessions(), [])
  return (
    <section class="settings-section" aria-labelledby="sessions-title">
      <h2 id="sessions-title">{text.value.sessionsTitle}</h2>
      <Sessions />
    </section>
  )
}

function Sessions() {
  const known = sessions.value
  if (known !== undefined) {
    return (
      <ul class="sessions">
        {known.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    )
  }
  const problem = sessionsProblem.value
  if (problem !== undefined) return <ErrorState problem={problem} onRetry={() => loadSessions()} />
  return (
    <Loading>
      <Skeleton height="4.5rem" radius="var(--radius)" />
    </Loading>
  )
}

function SessionRow({ session }: { session: Session }) {
  const words = text.value
  const device = nameOf(session)
  const action = useAction(async () => {
    try {
      await endSession(session.id)
      toast({ text: text.value.sessionEnded(device) })
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
    }
  })
  return (
    <li class="session">
      <Icon name="monitor" />
      <div class="session-words">
        <p>{device}</p>
        <p class="session-time">
          {words.lastUsed} <RelativeTime at={session.usedAt} />
        </p>
      </div>
      {session.isCurrent ? (
        <Badge tone="pine">{words.thisSession}</Badge>
      ) : (
        <Button size="small" isBusy={action.isBusy} aria-label={words.endOf(device)} onClick={() => void action.run()}>
          {words.end}
        </Button>
      )}
    </li>
  )
}

function nameOf(session: Session): string {
  const device = deviceOf(session.userAgent)
  return device === undefined ? text.value.unknownDevice : text.value.device(device.browser, device.system)
}
