import { useRef, useState } from 'preact/hooks'
import { isUnknown } from '../../api/outcome.ts'
import { ApiProblem } from '../../api/problem.ts'
import type { RoomSettings } from '../../api/rooms.ts'
import type { Room, RoomAndMe } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { toast } from '../../ui/toast-state.ts'
import { SettingsFields } from '../list/settings-fields.tsx'
import { changesOf, draftOf, faultsOf, refusedOf } from '../list/settings-form.ts'
import type { Faults } from '../list/settings-form.ts'
import { client } from '../wires.ts'
import { text } from './text.ts'

export interface SettingsDialogProps {
  room: RoomAndMe
  onClose: () => void
  /** As it is now: whoever opens this again begins with it. */
  onChanged: (room: Room) => void
}

/** Changes what is said of a room and what holds in it, at once for everybody. */
export function SettingsDialog({ room, onClose, onChanged }: SettingsDialogProps) {
  const words = text.value
  const [begun] = useState(() => draftOf(room))
  const [draft, setDraft] = useState(begun)
  const [faults, setFaults] = useState<Faults>({})
  const [problem, setProblem] = useState<unknown>(undefined)
  const [isSaving, setSaving] = useState(false)
  const tried = useRef<Partial<RoomSettings>>({})

  async function save(): Promise<void> {
    const found = faultsOf(draft)
    setFaults(found)
    if (Object.keys(found).length > 0) return
    setSaving(true)
    setProblem(undefined)
    const before = tried.current
    try {
      tried.current = changesOf(begun, draft, before)
      onChanged(await client.rooms.change(room.id, tried.current))
      toast({ text: words.saved })
      onClose()
    } catch (error) {
      if (!isUnknown(error)) tried.current = before
      setProblem(error)
      if (error instanceof ApiProblem) setFaults(refusedOf(error))
      setSaving(false)
    }
  }
  return (
    <Dialog
      title={words.settings}
      onClose={onClose}
      isHeld={isSaving}
      isDirty={draft !== begun}
      footer={
        <>
          <Button onClick={onClose} isDisabled={isSaving}>
            {words.cancel}
          </Button>
          <Button look="main" type="submit" form="room-settings" isBusy={isSaving}>
            {words.save}
          </Button>
        </>
      }
    >
      <form
        id="room-settings"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (!isSaving) void save()
        }}
      >
        <SettingsFields
          draft={draft}
          faults={faults}
          onChange={(change) => {
            setDraft({ ...draft, ...change })
            setFaults({})
          }}
        />
        {problem !== undefined && <ErrorLine problem={problem} />}
      </form>
    </Dialog>
  )
}
