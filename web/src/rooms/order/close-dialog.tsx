import './order.css'
import { useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { client } from '../wires.ts'
import { text } from './text.ts'

export interface CloseDialogProps {
  room: { id: string; name: string }
  onClose: () => void
  /** It is being closed: from here on it can be watched. */
  onClosing: () => void
}

/** Says what closing means before it is done. Repeating it is harmless, whatever answer got lost. */
export function CloseDialog({ room, onClose, onClosing }: CloseDialogProps) {
  const words = text.value
  const [isClosing, setClosing] = useState(false)
  const [problem, setProblem] = useState<unknown>(undefined)

  async function close(): Promise<void> {
    setClosing(true)
    setProblem(undefined)
    try {
      await client.rooms.close(room.id)
      onClosing()
    } catch (error) {
      setProblem(error)
      setClosing(false)
    }
  }
  return (
    <Dialog
      title={words.closeTitle(room.name)}
      onClose={onClose}
      isHeld={isClosing}
      footer={
        <>
          <Button autofocus onClick={onClose} isDisabled={isClosing}>
            {words.cancel}
          </Button>
          <Button look="danger" isBusy={isClosing} onClick={() => void close()}>
            {words.closeYes}
          </Button>
        </>
      }
    >
      <div class="order-close">
        <p>{words.closeBody}</p>
        <p>{words.closeKeeps}</p>
        {problem !== undefined && <ErrorLine problem={problem} />}
      </div>
    </Dialog>
  )
}
