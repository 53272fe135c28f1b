import { useRoute } from 'preact-iso/router'
import { Room } from './view/room.tsx'
import { me } from './wires.ts'
import { live } from '../shell/live.ts'

/** One room. Another room, or another person, begins anew. */
export function RoomPage() {
  const { id } = useRoute().params as { id: string }
  const username = me.value?.username
  if (username === undefined || live.value === undefined) return null
  return <Room key={`${id}:${username}`} id={id} me={username} />
}
