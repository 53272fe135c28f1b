import { useLocation } from 'preact-iso/router'
import { useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { api } from '../shell/session.ts'
import { welcome } from '../shell/session-life.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useAction } from '../ui/use-action.ts'
import { useWait } from '../ui/use-wait.ts'
import { focusFault } from './focus-fault.ts'
import { FormProblem } from './form-problem.tsx'
import { text } from './new-password-text.ts'
import { PasswordField } from './password-field.tsx'
import { PasswordStrength } from './password-strength.tsx'
import type { PasswordTicket } from './password-ticket.ts'
import { faultOfPassword } from './sign-up-faults.ts'

export function NewPasswordForm({ username, ticket }: PasswordTicket) {
  const words = text.value
  const { route } = useLocation()
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const action = useAction(async () => {
    const { account } = await api.accounts.signInByTicket({ ticket, newPassword: password })
    // In the place of this entry: nobody comes back to a link that is used up.
    route('/', true)
    welcome(account)
  })
  const wait = useWait(action.problem)
  const isGone = action.problem instanceof ApiProblem && action.problem.code === 'bad_credentials'
  const fault = faultOfPassword(password)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (fault === undefined && wait === 0 && (await action.run())) return
    focusFault(form.current)
  }

  return (
    <form ref={form} class="door-form" method="post" noValidate onSubmit={(event) => void submit(event)}>
      {/* Tells a password manager whose password it is. */}
      <input type="text" name="username" autocomplete="username" value={username} readOnly hidden />
      <PasswordField
        kind="new"
        label={words.newPassword}
        name="new-password"
        hint={<PasswordStrength password={password} known={[username]} />}
        value={password}
        onInput={setPassword}
        error={isTried ? fault : undefined}
      />
      {isGone ? (
        <p class="error-line" role="alert">
          <Icon name="alert" />
          <span>{words.gone}</span>
        </p>
      ) : (
        <FormProblem problem={action.problem} wait={wait} />
      )}
      <Button type="submit" look="main" isWide isBusy={action.isBusy} isDisabled={wait > 0}>
        {words.choose}
      </Button>
    </form>
  )
}
