import './password-strength.css'
import { passwordFault, strengthOf } from './password.ts'
import { text } from './text.ts'

/** How good a new password is, in words and by a bar, as it is written. */
export function PasswordStrength({ password, known }: { password: string; known: readonly string[] }) {
  const words = text.value
  const fault = passwordFault(password)
  if (password === '') return <>{words.passwordHint}</>
  if (fault?.kind === 'short') return <>{words.faults.passwordShort(fault.missing)}</>
  if (fault?.kind === 'long') return <>{words.faults.passwordLong}</>
  const strength = strengthOf(password, known)
  return (
    <span class="password-strength" data-strength={strength}>
      <span class="password-strength-bar" aria-hidden="true" />
      {words.strength[strength]}
    </span>
  )
}
