import { useState } from 'preact/hooks'
import type { Outgoing } from '../../api/live.ts'
import { ApiProblem } from '../../api/problem.ts'
import { problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast-state.ts'
import { VisuallyHidden } from '../../ui/visually-hidden.tsx'
import { useOutbox } from '../wires.ts'
import { text } from './text.ts'

const icons = { sending: 'clock', buffered: 'check', stored: 'check-double' } as const

/** Quietly: on its way, received, kept for good. */
export function SendingMark({ state }: { state: 'sending' | 'buffered' | 'stored' }) {
  return (
    <span class="message-mark" data-state={state} title={text.value[state]}>
      <Icon name={icons[state]} />
      <VisuallyHidden>{text.value[state]}</VisuallyHidden>
    </span>
  )
}

/** Why a message was not taken, and what can be done about it. */
export function FailedLine({ message }: { message: Outgoing }) {
  const outbox = useOutbox()
  const [isBusy, setBusy] = useState(false)
  const problem = new ApiProblem(message.problem ?? { code: 'internal' })
  // No other try would be taken.
  const isTooLate = problem.code === 'room_closed'

  async function run(work: (id: string) => Promise<void>): Promise<void> {
    setBusy(true)
    try {
      await work(message.id)
    } catch (error) {
      // What is kept on this device could not be reached: the message is as it was.
      toast({ text: problemText(error), tone: 'danger' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div class="message-failed" role="alert">
      <p>
        <Icon name="alert" /> {text.value.failed}: {problemText(problem)}
      </p>
      <p class="message-failed-ways">
        {isTooLate && message.body !== '' && (
          <Button size="small" icon="copy" onClick={() => void copyText(message.body, text.value.copied)}>
            {text.value.copy}
          </Button>
        )}
        {!isTooLate && (
          <Button size="small" icon="refresh" isBusy={isBusy} onClick={() => void run((id) => outbox.retry(id))}>
            {text.value.retry}
          </Button>
        )}
        <Button size="small" look="quiet" onClick={() => void run((id) => outbox.discard(id))}>
          {text.value.discard}
        </Button>
      </p>
    </div>
  )
}
