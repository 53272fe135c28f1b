import './person.css'
import { personHref } from './person-href.ts'
import { PersonNames } from './person-names.tsx'
import type { PersonNamesProps } from './person-names.tsx'

/** Face, name and username of a person, leading to their page. Somebody who is gone leads nowhere. */
export function PersonChip(props: PersonNamesProps) {
  const { person } = props
  if (person.username === '') return <PersonNames {...props} />
  return (
    <a class="person-chip" href={personHref(person)}>
      <PersonNames {...props} />
    </a>
  )
}
