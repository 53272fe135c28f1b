import './avatar.css'
import type { Person } from '../api/types.ts'
import { initialOf, toneOf } from './avatar-looks.ts'
import { classes } from './classes.ts'

export interface AvatarProps {
  person: Pick<Person, 'username' | 'displayName' | 'picture'>
  size?: 'small' | 'normal' | 'large' | 'huge'
  /** Shows a dot: here now, or not. The words for it stand beside it. */
  isPresent?: boolean
}

/** The face of a person: the picture, or the first letter on a color that stays theirs. The name always stands beside it. */
export function Avatar({ person, size = 'normal', isPresent = false }: AvatarProps) {
  return (
    <span class={classes('avatar', `avatar-${size}`)} data-tone={toneOf(person.username)} aria-hidden="true">
      {person.picture === null ? (
        initialOf(person.displayName, person.username)
      ) : (
        <img
          src={size === 'huge' ? person.picture.feed : person.picture.thumb}
          alt=""
          loading="lazy"
          decoding="async"
          width={320}
          height={320}
        />
      )}
      {isPresent && <span class="avatar-dot" />}
    </span>
  )
}
