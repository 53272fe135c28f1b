import { useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { RoomAndMe } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { toast } from '../../ui/toast-state.ts'
import { SettingsFields } from '../list/settings-fields.tsx'
import { changesOf, draftOf, faultsOf, refusedOf } from '../list/settings-form.ts'
import type { Faults } from '../list/settings-form.ts'
import { client } from '../wires.ts'
import { text } from './text.ts'

/** Changes what is said of a room and what holds in it, at once for everybody. */
export function SettingsDialog({ room, onClose }: { room: RoomAndMe; onClose: () => void }) {
  const words = text.value
  const [begun] = useState(() => draftOf(room))
  const [draft, setDraft] = useState(begun)
  const [faults, setFaults] = useState<Faults>({})
  const [problem, setProblem] = useState<unknown>(undefined)
  const [isSaving, setSaving] = useState(false)

  async function save(): Promise<void> {
    const found = faultsOf(draft)
    setFaults(found)
    if (Object.keys(found).length > 0) return
    setSaving(true)
    setProblem(undefined)
    try {
      await client.rooms.change(room.id, changesOf(begun, draft))
      toast({ text: words.saved })
      onClose()
    } catch (error) {
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
