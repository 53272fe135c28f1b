import { useMemo } from 'preact/hooks'
import type { Ban } from '../../api/types.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { pagedList } from '../../ui/paged-list.ts'
import { EmptyState } from '../../ui/states.tsx'
import { client } from '../wires.ts'
import { PeopleList } from './people-list.tsx'
import { text } from './text.ts'

/** Who is banned from a room, by whom, and how to let them come again. */
export function BansDialog({ room, onClose }: { room: string; onClose: () => void }) {
  const words = text.value
  const bans = useMemo(() => listOf(room), [room])
  return (
    <Dialog title={words.bans} onClose={onClose}>
      <PeopleList
        list={bans}
        empty={<EmptyState icon="person-check" title={words.nobodyBanned} />}
        cause={({ by, bannedAt }) => ({ by, at: bannedAt })}
        undo={{ label: words.unban, work: (username) => client.rooms.unban(room, username) }}
      />
    </Dialog>
  )
}

function listOf(room: string) {
  return pagedList<Ban>(
    (cursor) => client.rooms.bans(room, { cursor, limit: 50 }),
    ({ username }) => username,
  )
}
