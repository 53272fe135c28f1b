import './person.css'
import type { ComponentChildren } from 'preact'
import type { Person } from '../api/types.ts'
import { text } from './text.ts'

/** Where somebody's page is. */
export function personHref({ username }: Pick<Person, 'username'>): string {
  return `/people/${encodeURIComponent(username)}`
}

/** The name of a person within a sentence, leading to their page. Somebody who is gone has a word instead of a name. */
export function PersonLink({ person, children }: { person: Person; children?: ComponentChildren }) {
  if (person.username === '') return <span class="person-gone">{text.value.somebodyGone}</span>
  return (
    <a class="person-link" href={personHref(person)}>
      {children ?? <bdi>{person.displayName}</bdi>}
    </a>
  )
}
