import { useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { Room } from '../../api/types.ts'
import { uuidv7 } from '../../api/uuidv7.ts'
import { texts } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { client } from '../wires.ts'
import { SettingsFields } from './settings-fields.tsx'
import { emptyDraft, faultsOf, refusedOf, settingsOf } from './settings-form.ts'
import type { Faults, SettingsDraft } from './settings-form.ts'

const text = texts({
  en: { title: 'Open a room', open: 'Open', cancel: 'Cancel' },
  ko: { title: '방 열기', open: '열기', cancel: '취소' },
})

export interface OpenRoomDialogProps {
  onClose: () => void
  onOpened: (room: Room) => void
}

/** For mentors. However often it is pressed, and whatever answer gets lost, one room is opened. */
export function OpenRoomDialog({ onClose, onOpened }: OpenRoomDialogProps) {
  const words = text.value
  const [begun] = useState<SettingsDraft>(emptyDraft)
  const [draft, setDraft] = useState(begun)
  const [faults, setFaults] = useState<Faults>({})
  const [problem, setProblem] = useState<unknown>(undefined)
  const [isOpening, setOpening] = useState(false)
  const [key, setKey] = useState(uuidv7)

  function change(part: Partial<SettingsDraft>): void {
    // Another room than the one that was asked for before.
    setKey(uuidv7())
    setDraft({ ...draft, ...part })
    setFaults({})
  }

  async function open(): Promise<void> {
    const found = faultsOf(draft)
    setFaults(found)
    if (Object.keys(found).length > 0) return
    setOpening(true)
    setProblem(undefined)
    try {
      onOpened(await client.rooms.open(settingsOf(draft), key))
    } catch (error) {
      setProblem(error)
      if (error instanceof ApiProblem) setFaults(refusedOf(error))
      setOpening(false)
    }
  }

  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      isHeld={isOpening}
      isDirty={draft !== begun}
      footer={
        <>
          <Button onClick={onClose} isDisabled={isOpening}>
            {words.cancel}
          </Button>
          <Button look="main" type="submit" form="open-room" isBusy={isOpening}>
            {words.open}
          </Button>
        </>
      }
    >
      <form
        id="open-room"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (!isOpening) void open()
        }}
      >
        <SettingsFields draft={draft} faults={faults} onChange={change} />
        {problem !== undefined && <ErrorLine problem={problem} />}
      </form>
    </Dialog>
  )
}
