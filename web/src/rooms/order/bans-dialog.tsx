import { useState } from 'preact/hooks'
import type { Ban } from '../../api/types.ts'
import { PersonChip } from '../../person/person-chip.tsx'
import { format, problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { toast } from '../../ui/toast-state.ts'
import { client } from '../wires.ts'
import { PagedList } from './paged-list.tsx'
import { text } from './text.ts'
import { usePaged } from './use-paged.ts'

/** Who is banned from a room, by whom, and how to let them come again. */
export function BansDialog({ room, onClose }: { room: string; onClose: () => void }) {
  const words = text.value
  const bans = usePaged<Ban>((cursor) => client.rooms.bans(room, { cursor, limit: 50 }))
  return (
    <Dialog title={words.bans} onClose={onClose}>
      <PagedList list={bans} empty={<EmptyState icon="person-check" title={words.nobodyBanned} />}>
        {bans.items?.map((ban) => (
          <li key={ban.username} class="order-person">
            <div>
              <PersonChip person={ban} size="small" />
              <p class="order-note">{words.bannedBy(ban.by.displayName, format.value.date(ban.bannedAt))}</p>
            </div>
            <Lift
              room={room}
              username={ban.username}
              onLifted={() => bans.without(({ username }) => username === ban.username)}
            />
          </li>
        ))}
      </PagedList>
    </Dialog>
  )
}

function Lift({ room, username, onLifted }: { room: string; username: string; onLifted: () => void }) {
  const [isBusy, setBusy] = useState(false)
  async function lift(): Promise<void> {
    setBusy(true)
    try {
      await client.rooms.unban(room, username)
      onLifted()
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
      setBusy(false)
    }
  }
  return (
    <Button size="small" isBusy={isBusy} aria-label={`${text.value.unban}: ${username}`} onClick={() => void lift()}>
      {text.value.unban}
    </Button>
  )
}
