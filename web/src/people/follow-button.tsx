import type { PersonPage } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import type { PersonState } from './person-state.ts'
import { text } from './text.ts'

/** Follows, and stops following. Answers at once, and goes back when it was refused. */
export function FollowButton({ person, state }: { person: PersonPage; state: PersonState }) {
  const { follows } = person.relation
  const words = text.value
  return (
    <Button
      look={follows ? 'plain' : 'main'}
      icon={follows ? 'person-check' : 'person-plus'}
      aria-label={follows ? `${words.follows}. ${words.unfollow(person.displayName)}` : undefined}
      onClick={() => void state.wish('follow', !follows)}
    >
      {follows ? words.follows : words.follow}
    </Button>
  )
}
