import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import { isLiveMissing, live } from '../shell/live.ts'
import { Page } from '../shell/page.tsx'
import { PartMissing } from '../shell/part.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { text } from './text.ts'
import { Room } from './view/room.tsx'
import { me } from './wires.ts'

/** One room. Another room, another person, or who comes back after they had to leave, begins anew. */
export function RoomPage() {
  const { id = '' } = useRoute().params
  const username = me.value?.username
  const [turn, setTurn] = useState(0)
  if (isLiveMissing.value) return <PartMissing />
  if (username === undefined || live.value === undefined) {
    return (
      <Page title={text.value.title} isTitleHidden>
        <Loading>
          <SkeletonText lines={3} />
        </Loading>
      </Page>
    )
  }
  return <Room key={`${id}:${username}:${turn}`} id={id} me={username} onBack={() => setTurn(turn + 1)} />
}
