import { useRoute } from 'preact-iso/router'
import { isLiveMissing, live } from '../shell/live.ts'
import { Page } from '../shell/page.tsx'
import { PartMissing } from '../shell/part.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { text } from './text.ts'
import { Room } from './view/room.tsx'
import { me } from './wires.ts'

/** One room. Another room, or another person, begins anew. */
export function RoomPage() {
  const { id = '' } = useRoute().params
  const username = me.value?.username
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
  return <Room key={`${id}:${username}`} id={id} me={username} />
}
