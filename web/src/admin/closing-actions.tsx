import { useState } from 'preact/hooks'
import { isFinal } from '../api/closing.ts'
import type { InspectedClosing } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { confirm } from '../ui/confirm.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SaveButton } from '../ui/save-button.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { TextArea } from '../ui/text-area.tsx'
import { lengthOf } from '../ui/length.ts'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { text } from './closing-text.ts'

interface ClosingActionsProps {
  closing: InspectedClosing
  /** It is another one now. */
  onChanged: () => Promise<void>
}

/** What one may do about a closing: nothing of it makes the receipt say more than the rows prove. */
export function ClosingActions({ closing, onChanged }: ClosingActionsProps) {
  const words = text.value
  const { room, state, acceptance } = closing
  const [isAccepting, setAccepting] = useState(false)
  const isQuarantined = state === 'quarantined'
  const retry = useAction(async () => {
    await api.admin.retryClosing(room)
    await onChanged()
  })

  async function askAndRetry(): Promise<void> {
    const question = { title: words.retryTitle, body: words.retryBody, yes: words.retry }
    if (!isQuarantined || (await confirm(question))) await retry.run()
  }
  return (
    <section class="closing-actions">
      {isQuarantined && <p>{words.repairHint}</p>}
      <div class="closing-buttons">
        {(isQuarantined || !isFinal(closing)) && (
          <Button look="main" icon="refresh" isBusy={retry.isBusy} onClick={() => void askAndRetry()}>
            {isQuarantined ? words.retry : words.retryNow}
          </Button>
        )}
        {isQuarantined && acceptance === null && (
          <Button icon="check" onClick={() => setAccepting(true)}>
            {words.accept}
          </Button>
        )}
        {(state === 'sealed' || state === 'suspect') && (
          <LinkButton href={`/rooms/${room}/receipt`} icon="receipt">
            {words.receipt}
          </LinkButton>
        )}
        <SaveButton
          label={words.evidence}
          name={`room-${room}-evidence.ndjson`}
          read={async () => (await api.admin.evidence(room)).blob()}
        />
      </div>
      {isQuarantined && <p class="closing-hint">{words.evidenceHint}</p>}
      {retry.problem !== undefined && <ErrorLine problem={retry.problem} />}
      {isAccepting && (
        <AcceptDialog
          room={room}
          onClose={() => setAccepting(false)}
          onAccepted={async () => {
            setAccepting(false)
            toast({ text: text.value.done })
            await onChanged()
          }}
        />
      )}
    </section>
  )
}

const mostNote = 500

interface AcceptDialogProps {
  room: string
  onClose: () => void
  onAccepted: () => Promise<void>
}

function AcceptDialog({ room, onClose, onAccepted }: AcceptDialogProps) {
  const words = text.value
  const [note, setNote] = useState('')
  const length = lengthOf(note.trim())
  const accepting = useAction(async () => {
    await api.admin.acceptQuarantine(room, note.trim())
    await onAccepted()
  })
  const footer = (
    <>
      <Button onClick={onClose}>{words.cancel}</Button>
      <Button
        look="main"
        isBusy={accepting.isBusy}
        isDisabled={length === 0 || length > mostNote}
        onClick={() => void accepting.run()}
      >
        {words.accept}
      </Button>
    </>
  )
  return (
    <Dialog title={words.acceptTitle} onClose={onClose} footer={footer} isDirty={length > 0} isHeld={accepting.isBusy}>
      <div class="closing-sheet">
        <p>{words.acceptBody}</p>
        <TextArea label={words.note} hint={words.noteHint} value={note} most={mostNote} onInput={setNote} />
        {accepting.problem !== undefined && <ErrorLine problem={accepting.problem} />}
      </div>
    </Dialog>
  )
}
