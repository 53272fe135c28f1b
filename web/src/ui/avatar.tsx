import './avatar.css'
import { useState } from 'preact/hooks'
import type { Person } from '../api/types.ts'
import { initialOf, toneOf } from './avatar-looks.ts'
import { classes } from './classes.ts'
import { useRecoveryOf } from './recovery.ts'

export interface AvatarProps {
  person: Pick<Person, 'username' | 'displayName' | 'picture'>
  size?: 'small' | 'normal' | 'large' | 'huge'
  /** Shows a dot: here now, or not. The words for it stand beside it. */
  isPresent?: boolean
}

/** The face of a person: the picture, or the first letter on a color that stays theirs. The name always stands beside it. */
export function Avatar({ person, size = 'normal', isPresent = false }: AvatarProps) {
  const initial = initialOf(person.displayName, person.username)
  const file = size === 'huge' ? person.picture?.feed : person.picture?.thumb
  return (
    <span class={classes('avatar', `avatar-${size}`)} data-tone={toneOf(person.username)} aria-hidden="true">
      {file === undefined ? initial : <Face key={file} file={file} instead={initial} />}
      {isPresent && <span class="avatar-dot" />}
    </span>
  )
}

/** One that did not come is tried again after an outage; until then the letter stands there. */
function Face({ file, instead }: { file: string; instead: string }) {
  const [isBroken, setBroken] = useState(false)
  useRecoveryOf(isBroken, () => setBroken(false))
  if (isBroken) return <>{instead}</>
  return (
    <img src={file} alt="" loading="lazy" decoding="async" width={320} height={320} onError={() => setBroken(true)} />
  )
}
