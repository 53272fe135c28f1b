import type { Room } from '../../api/types.ts'
import { problemText } from '../../text/index.ts'
import { confirm } from '../../ui/confirm.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { toast } from '../../ui/toast-state.ts'
import { client } from '../wires.ts'
import type { Seated } from '../view/seats.ts'
import { text } from './text.ts'

/** What who keeps order can do about somebody in a room. */
export function seatItems(room: Room, { person, member }: Seated): MenuItem[] {
  const words = text.value
  const { username, displayName } = person
  const isLobby = room.kind === 'lobby'
  if (member?.isMentor === true) return []
  const ban: MenuItem = {
    label: words.ban,
    icon: 'block',
    isDangerous: true,
    onSelect: () =>
      void askedTo(
        { title: words.banTitle(displayName), body: isLobby ? words.silenceBody : words.banBody, yes: words.ban },
        () => client.rooms.ban(room.id, username),
      ),
  }
  if (isLobby || member === undefined) return [ban]
  const word: MenuItem = member.hasWord
    ? { label: words.takeWord, icon: 'mic', onSelect: () => void done(() => client.rooms.takeWord(room.id, username)) }
    : { label: words.giveWord, icon: 'mic', onSelect: () => void done(() => client.rooms.giveWord(room.id, username)) }
  const kick: MenuItem = {
    label: words.kick,
    icon: 'door',
    isDangerous: true,
    onSelect: () =>
      void askedTo({ title: words.kickTitle(displayName), body: words.kickBody, yes: words.kick }, () =>
        client.rooms.kick(room.id, username),
      ),
  }
  return [...(room.speak === 'mentors' || member.hasWord ? [word] : []), kick, ban]
}

async function askedTo(
  question: { title: string; body: string; yes: string },
  work: () => Promise<unknown>,
): Promise<void> {
  if (await confirm({ ...question, isDangerous: true })) await done(work)
}

/** The room itself says what was done; only what went wrong is told here. */
async function done(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast({ text: problemText(error), tone: 'danger' })
  }
}
