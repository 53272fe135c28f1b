import './person.css'
import type { ComponentChildren } from 'preact'
import type { Person } from '../api/types.ts'
import { Avatar } from '../ui/avatar.tsx'
import type { AvatarProps } from '../ui/avatar.tsx'

export interface PersonNamesProps {
  person: Person
  size?: NonNullable<AvatarProps['size']>
  /** Beside the username: a badge, a time. */
  after?: ComponentChildren
}

/** Face, name and username of a person, leading nowhere. */
export function PersonNames({ person, size = 'normal', after }: PersonNamesProps) {
  return (
    <span class="person-names">
      <Avatar person={person} size={size} />
      <span class="person-lines">
        <bdi class="person-name">{person.displayName}</bdi>
        <span class="person-username">
          @{person.username}
          {after}
        </span>
      </span>
    </span>
  )
}
