import type { Relation } from '../api/people.ts'
import type { PersonPage } from '../api/types.ts'

/** How a person will stand to me, and be counted, when something between us has changed: a block ends both follows. */
export function personAfter(person: PersonPage, relation: Relation, isOn: boolean): PersonPage {
  switch (relation) {
    case 'follow':
      return withFollow(person, isOn)
    case 'mute':
      return { ...person, relation: { ...person.relation, mutes: isOn } }
    case 'block':
      return isOn ? blocked(withFollow(person, false)) : { ...person, relation: { ...person.relation, blocks: false } }
    default:
      return relation satisfies never
  }
}

function withFollow(person: PersonPage, isOn: boolean): PersonPage {
  if (person.relation.follows === isOn) return person
  const followers = Math.max(0, person.followers + (isOn ? 1 : -1))
  return { ...person, followers, relation: { ...person.relation, follows: isOn } }
}

function blocked(person: PersonPage): PersonPage {
  const following = Math.max(0, person.following - (person.relation.followsMe ? 1 : 0))
  return { ...person, following, relation: { ...person.relation, blocks: true, followsMe: false } }
}
