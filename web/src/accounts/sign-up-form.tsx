import { useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { api } from '../shell/session.ts'
import { welcome } from '../shell/session-life.ts'
import { language } from '../text/index.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAction } from '../ui/use-action.ts'
import { focusFault } from './focus-fault.ts'
import { FormProblem } from './form-problem.tsx'
import { PasswordField } from './password-field.tsx'
import { PasswordStrength } from './password-strength.tsx'
import { signUpFaults } from './sign-up-faults.ts'
import type { NewAccount } from './sign-up-faults.ts'
import { text } from './text.ts'
import { useWait } from '../ui/use-wait.ts'

const empty: NewAccount = { username: '', displayName: '', password: '' }

/** Faults of a field are told once it has been left, or the form was sent; that a name is taken when the server says so. */
export function SignUpForm() {
  const words = text.value
  const [account, setAccount] = useState(empty)
  const [left, setLeft] = useState<readonly (keyof NewAccount)[]>([])
  const form = useRef<HTMLFormElement>(null)
  const action = useAction(async () => {
    const { username, displayName, password } = account
    const name = displayName.trim()
    const made = await api.accounts.signUp({
      ...{ username, password, language: language.value },
      ...(name === '' ? {} : { displayName: name }),
    })
    welcome(made.account)
  })
  const wait = useWait(action.problem)
  const faults = signUpFaults(account, action.problem)
  const isAtField = Object.values(faults).some((fault) => fault !== undefined)
  const faultOf = (field: keyof NewAccount): string | undefined => (left.includes(field) ? faults[field] : undefined)
  const leave = (field: keyof NewAccount) => () => {
    if (account[field] !== '') setLeft([...left, field])
  }

  function change(changed: Partial<NewAccount>): void {
    setAccount({ ...account, ...changed })
    if (action.problem instanceof ApiProblem && action.problem.code !== 'rate_limited') action.forget()
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setLeft(['username', 'displayName', 'password'])
    const isRight = Object.values(signUpFaults(account, undefined)).every((fault) => fault === undefined)
    if (isRight && wait === 0 && (await action.run())) return
    focusFault(form.current)
  }

  return (
    <form
      ref={form}
      class="door-form"
      method="post"
      action="/sign-up"
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      <TextField
        label={words.username}
        hint={words.usernameHint}
        error={faultOf('username')}
        name="username"
        autocomplete="username"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        value={account.username}
        onInput={(username) => change({ username })}
        onBlur={leave('username')}
      />
      <TextField
        label={words.displayName}
        isOptional
        hint={words.displayNameHint}
        error={faultOf('displayName')}
        name="name"
        autocomplete="nickname"
        most={50}
        value={account.displayName}
        onInput={(displayName) => change({ displayName })}
        onBlur={leave('displayName')}
      />
      <PasswordField
        kind="new"
        label={words.password}
        hint={<PasswordStrength password={account.password} known={[account.username, account.displayName]} />}
        error={faultOf('password')}
        name="password"
        value={account.password}
        onInput={(password) => change({ password })}
      />
      <FormProblem problem={isAtField ? undefined : action.problem} wait={wait} />
      <Button type="submit" look="main" isWide isBusy={action.isBusy} isDisabled={wait > 0}>
        {words.signUp}
      </Button>
    </form>
  )
}
