import './person-page.css'
import type { PersonPage } from '../api/types.ts'
import { me } from '../shell/session.ts'
import { writtenIn } from '../text/written-in.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Loading, Skeleton, SkeletonText } from '../ui/skeleton.tsx'
import { FollowButton } from './follow-button.tsx'
import { PersonMenu } from './person-menu.tsx'
import type { PersonState } from './person-state.ts'
import { text } from './text.ts'

/** Who somebody is, and what is between us. */
export function PersonHead({ person, state }: { person: PersonPage; state: PersonState }) {
  const isMe = person.id === me.value?.id
  const { relation } = person
  return (
    <section class="person-head" aria-label={person.displayName}>
      <Avatar person={person} size="huge" />
      <div class="person-head-actions">{isMe ? <OwnActions /> : <Actions person={person} state={state} />}</div>
      <div class="person-head-names">
        <p class="person-head-name">
          <bdi>{person.displayName}</bdi>
        </p>
        <p class="person-head-username">
          @{person.username}
          {relation.followsMe && <Badge>{text.value.followsMe}</Badge>}
        </p>
      </div>
      {person.bio !== '' && (
        <p class="person-bio" dir="auto" lang={writtenIn(person.bio)}>
          {person.bio}
        </p>
      )}
      <ul class="person-facts">
        {person.area !== '' && (
          <li>
            <Icon name="pin" />
            {person.area}
          </li>
        )}
        <li>
          <Icon name="leaf" />
          {text.value.joined(person.createdAt)}
        </li>
      </ul>
      {relation.blocks && (
        <Note said={text.value.blockedNote} end={text.value.unblock} onEnd={() => void state.wish('block', false)} />
      )}
      {relation.mutes && !relation.blocks && (
        <Note said={text.value.mutedNote} end={text.value.unmute} onEnd={() => void state.wish('mute', false)} />
      )}
    </section>
  )
}

function Actions({ person, state }: { person: PersonPage; state: PersonState }) {
  return (
    <>
      {!person.relation.blocks && <FollowButton person={person} state={state} />}
      <PersonMenu person={person} state={state} />
    </>
  )
}

/** On a phone this is the way to what has no place in the bar below. */
function OwnActions() {
  const words = text.value
  return (
    <>
      <LinkButton href="/settings" icon="edit">
        {words.editProfile}
      </LinkButton>
      {me.value?.role === 'admin' && (
        <span class="person-head-admin">
          <LinkButton href="/admin" icon="shield" look="quiet">
            {words.admin}
          </LinkButton>
        </span>
      )}
    </>
  )
}

function Note({ said, end, onEnd }: { said: string; end: string; onEnd: () => void }) {
  return (
    <div class="person-note">
      <Icon name="eye-off" />
      <p>{said}</p>
      <Button size="small" onClick={onEnd}>
        {end}
      </Button>
    </div>
  )
}

export function PersonHeadSkeleton() {
  return (
    <Loading>
      <div class="person-head">
        <Skeleton width="6.5rem" height="6.5rem" radius="50%" />
        <div class="person-head-actions">
          <Skeleton width="7rem" height="2.75rem" />
        </div>
        <div class="person-head-names">
          <Skeleton width="10rem" height="1.75rem" />
          <Skeleton width="6rem" />
        </div>
        <SkeletonText lines={2} />
      </div>
    </Loading>
  )
}
