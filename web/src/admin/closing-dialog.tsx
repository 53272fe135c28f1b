import { useEffect } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import type { Closing, NamedClosing } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { format } from '../text/index.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { confirm } from '../ui/confirm.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { useAction } from '../ui/use-action.ts'
import { stateTones, StoredBar } from './closing-row.tsx'
import { isFinal } from '../api/closing.ts'
import { text } from './text.ts'

interface ClosingDialogProps {
  closing: NamedClosing
  onFresh: (closing: Closing) => void
  onClose: () => void
}

const everyMs = 1000

/** All that is known of a closing; a quarantined one can be tried again from here, and watched. */
export function ClosingDialog({ closing, onFresh, onClose }: ClosingDialogProps) {
  const words = text.value
  const { room, name, state } = closing
  const isMoving = !isFinal(closing)
  const retry = useAction(async () => onFresh(await api.admin.retryClosing(room)))
  useEffect(() => {
    if (!isMoving) return undefined
    // What fails is passed over: it is asked again at once.
    const look = (): void => void api.rooms.closing(room).then(onFresh, () => undefined)
    const timer = setInterval(look, everyMs)
    return () => clearInterval(timer)
  }, [room, isMoving, onFresh])

  async function askAndRetry(): Promise<void> {
    if (await confirm({ title: words.retryTitle, body: words.retryBody, yes: words.retry })) await retry.run()
  }
  const footer = (
    <>
      {isMoving ? null : (
        <LinkButton href={`/rooms/${room}/receipt`} icon="receipt">
          {words.receipt}
        </LinkButton>
      )}
      {state === 'quarantined' && (
        <Button look="main" icon="refresh" isBusy={retry.isBusy} onClick={() => void askAndRetry()}>
          {words.retry}
        </Button>
      )}
    </>
  )
  return (
    <Dialog title={name} onClose={onClose} footer={footer}>
      <div class="closing-sheet">
        <output class="closing-state">
          <Badge tone={stateTones[state]}>{words.states[state]}</Badge>
          <span>{words.explained[state]}</span>
        </output>
        {isMoving && <StoredBar closing={closing} />}
        {retry.problem !== undefined && <ErrorLine problem={retry.problem} />}
        <ClosingFacts closing={closing} />
      </div>
    </Dialog>
  )
}

function ClosingFacts({ closing }: { closing: NamedClosing }) {
  const words = text.value
  const { room, epoch, lastSeq, stored, parked, attempts, lastError } = closing
  const at = (moment: string): string => format.value.dateTime(moment)
  return (
    <dl class="closing-table">
      <Fact name={words.room}>
        <a href={`/rooms/${room}`}>{words.number(room)}</a>
      </Fact>
      <Fact name={words.stored}>
        {lastSeq === undefined ? format.value.number(stored) : words.storedOf(stored, lastSeq)}
      </Fact>
      <Fact name={words.parked}>{words.parkedCount(parked)}</Fact>
      {epoch !== undefined && <Fact name={words.epoch}>{format.value.number(epoch)}</Fact>}
      <Fact name={words.attempts}>{format.value.number(attempts)}</Fact>
      <Fact name={words.age}>{at(closing.requestedAt)}</Fact>
      {closing.fencedAt !== undefined && <Fact name={words.fencedAt}>{at(closing.fencedAt)}</Fact>}
      {closing.sealedAt !== undefined && <Fact name={words.sealedAt}>{at(closing.sealedAt)}</Fact>}
      {lastError !== undefined && (
        <Fact name={words.lastError}>
          <code>{lastError}</code>
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
