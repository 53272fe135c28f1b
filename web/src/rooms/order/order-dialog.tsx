import type { Room, RoomAndMe } from '../../api/types.ts'
import { nameOf } from '../list/room-card.tsx'
import { BansDialog } from './bans-dialog.tsx'
import { CloseDialog } from './close-dialog.tsx'
import { InvitationsDialog } from './invitations-dialog.tsx'
import type { OrderDialogName } from './room-menu.tsx'
import { SettingsDialog } from './settings-dialog.tsx'

export interface OrderDialogProps {
  name: OrderDialogName
  room: RoomAndMe
  onClose: () => void
  /** Told as it is now where that is known. */
  onChanged: (room?: Room) => void
}

/** What who keeps order in a room sets and does there. */
export function OrderDialog({ name, room, onClose, onChanged }: OrderDialogProps) {
  switch (name) {
    case 'settings':
      return <SettingsDialog room={room} onClose={onClose} onChanged={onChanged} />
    case 'invitations':
      return <InvitationsDialog room={room.id} onClose={onClose} />
    case 'bans':
      return <BansDialog room={room.id} onClose={onClose} />
    case 'close':
      return (
        <CloseDialog
          room={{ id: room.id, name: nameOf(room) }}
          onClose={onClose}
          onClosing={() => {
            onClose()
            onChanged()
          }}
        />
      )
    default:
      return name satisfies never
  }
}
