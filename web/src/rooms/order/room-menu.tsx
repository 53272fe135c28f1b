import type { RoomAndMe } from '../../api/types.ts'
import { problemText } from '../../text/index.ts'
import { confirm } from '../../ui/confirm.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { toast } from '../../ui/toast-state.ts'
import { client } from '../wires.ts'
import { text } from './text.ts'

export type OrderDialogName = 'settings' | 'invitations' | 'bans' | 'close'

export interface RoomItemsInput {
  room: RoomAndMe
  me: string
  keepsOrder: boolean
  onOpen: (name: OrderDialogName | 'shortcuts') => void
  onLeft: () => void
}

/** What the menu of a room holds for this person. */
export function roomItems({ room, me, keepsOrder, onOpen, onLeft }: RoomItemsInput): MenuItem[] {
  const words = text.value
  const isOpen = room.state === 'open'
  const isHosted = room.kind === 'hosted'
  const items: (MenuItem | false)[] = [
    keepsOrder && isOpen && isHosted && { label: words.settings, icon: 'settings', onSelect: () => onOpen('settings') },
    keepsOrder &&
      isOpen &&
      isHosted && { label: words.invitations, icon: 'person-plus', onSelect: () => onOpen('invitations') },
    keepsOrder && isOpen && { label: words.bans, icon: 'block', onSelect: () => onOpen('bans') },
    { label: words.shortcuts, icon: 'info', onSelect: () => onOpen('shortcuts') },
    isOpen &&
      isHosted &&
      room.me.standing === 'in' &&
      room.mentor?.username !== me && { label: words.leave, icon: 'door', onSelect: () => void leave(room, onLeft) },
    keepsOrder &&
      isOpen &&
      isHosted && { label: words.close, icon: 'lock', isDangerous: true, onSelect: () => onOpen('close') },
  ]
  return items.filter((item) => item !== false)
}

async function leave(room: RoomAndMe, onLeft: () => void): Promise<void> {
  const words = text.value
  if (!(await confirm({ title: words.leaveTitle, body: words.leaveBody, yes: words.leave }))) return
  try {
    await client.rooms.leave(room.id)
    onLeft()
  } catch (error) {
    toast({ text: problemText(error), tone: 'danger' })
  }
}
