import type { HeldRole, Person } from '../api/types.ts'
import { PersonChip } from '../person/person-chip.tsx'
import { Badge } from '../ui/badge.tsx'
import type { Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { text } from './text.ts'

interface PeopleRowsProps {
  /** Of people who were sought by name the role is told by who looks closer. */
  people: readonly (Person | HeldRole)[]
  onChoose: (username: string) => void
}

export const roleTones: Readonly<Record<HeldRole['role'], Tone>> = { member: 'plain', mentor: 'giwa', admin: 'pine' }

export function PeopleRows({ people, onChoose }: PeopleRowsProps) {
  const words = text.value
  return (
    <ul class="people-list">
      {people.map((person) => (
        <li key={person.id}>
          <PersonChip
            person={person}
            after={
              'role' in person && person.role !== 'member' ? (
                <Badge tone={roleTones[person.role]}>{words.roles[person.role]}</Badge>
              ) : undefined
            }
          />
          <Button
            size="small"
            aria-label={words.changeRole(person.displayName)}
            onClick={() => onChoose(person.username)}
          >
            {words.role}
          </Button>
        </li>
      ))}
    </ul>
  )
}
