import { LaterPart } from '../shell/later-part.tsx'
import { createLater } from '../ui/later.tsx'
import { SkeletonText } from '../ui/skeleton.tsx'

const hiddenPeople = createLater(() => import('../people/hidden-people.tsx').then((module) => module.HiddenPeople))

/** Whom I block and mute. It comes with all that is known of people and their posts, which no other part of the settings needs. */
export function PeoplePart() {
  return (
    <LaterPart later={hiddenPeople} props={{}}>
      <SkeletonText lines={4} />
    </LaterPart>
  )
}
