import type { ComponentChildren } from 'preact'
import type { Person } from '../api/types.ts'
import { Avatar } from '../ui/avatar.tsx'
import { text } from './text.ts'

/** Who wrote something, and what is known of when and where. */
export function PersonLine({ person, size = 'normal', id, children }: PersonLineProps) {
  if (person === null || person.username === '') {
    return (
      <div class="post-person">
        <Avatar person={{ username: '', displayName: '·', picture: null }} size={size} />
        <div class="post-names">
          <span class="post-name post-nobody" id={id}>
            {text.value.somebody}
          </span>
          <span class="post-facts">{children}</span>
        </div>
      </div>
    )
  }
  return (
    <div class="post-person">
      <a class="post-face" href={`/people/${person.username}`} tabIndex={-1} aria-hidden="true">
        <Avatar person={person} size={size} />
      </a>
      <div class="post-names">
        <a class="post-name" href={`/people/${person.username}`} id={id}>
          <bdi>{nameOf(person)}</bdi>
        </a>
        <span class="post-facts">
          <span class="post-username">@{person.username}</span>
          {children}
        </span>
      </div>
    </div>
  )
}

interface PersonLineProps {
  /** Null when the account is gone. */
  person: Person | null
  size?: 'small' | 'normal'
  id?: string
  children?: ComponentChildren
}

export function nameOf(person: Person | null): string {
  if (person === null || person.username === '') return text.value.somebody
  return person.displayName === '' ? person.username : person.displayName
}
