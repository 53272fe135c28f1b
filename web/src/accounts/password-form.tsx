import { useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { api, me } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { focusFault } from './focus-fault.ts'
import { FormProblem } from './form-problem.tsx'
import { PasswordField } from './password-field.tsx'
import { PasswordStrength } from './password-strength.tsx'
import { text } from './settings-text.ts'
import { loadSessions } from './sessions-state.ts'
import { faultOfPassword } from './sign-up-faults.ts'
import { text as doorText } from './text.ts'
import { useWait } from '../ui/use-wait.ts'

export function PasswordForm() {
  const words = text.value
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const action = useAction(async () => {
    await api.accounts.changePassword({ currentPassword: current, newPassword: next })
    setCurrent('')
    setNext('')
    setTried(false)
    toast({ text: text.value.passwordChanged })
    void loadSessions()
  })
  const wait = useWait(action.problem)
  const isWrong = action.problem instanceof ApiProblem && action.problem.code === 'forbidden'
  const nextFault = faultOfNext(current, next)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (current !== '' && nextFault === undefined && wait === 0 && (await action.run())) return
    focusFault(form.current)
  }

  return (
    <section class="settings-section" aria-labelledby="password-title">
      <h2 id="password-title">{words.passwordTitle}</h2>
      <p>{words.passwordBody}</p>
      <form ref={form} class="settings-form" method="post" noValidate onSubmit={(event) => void submit(event)}>
        {/* Tells a password manager whose password it is. */}
        <input type="text" name="username" autocomplete="username" value={me.value?.username} readOnly hidden />
        <PasswordField
          kind="current"
          label={words.currentPassword}
          name="current-password"
          value={current}
          onInput={(value) => {
            setCurrent(value)
            if (isWrong) action.forget()
          }}
          error={faultOfCurrent({ current, isTried, isWrong })}
        />
        <PasswordField
          kind="new"
          label={words.newPassword}
          name="new-password"
          hint={<PasswordStrength password={next} known={[me.value?.username ?? '']} />}
          value={next}
          onInput={setNext}
          error={isTried ? nextFault : undefined}
        />
        <FormProblem problem={isWrong ? undefined : action.problem} wait={wait} />
        <Button type="submit" isBusy={action.isBusy} isDisabled={wait > 0}>
          {words.changePassword}
        </Button>
      </form>
    </section>
  )
}

function faultOfNext(current: string, next: string): string | undefined {
  return faultOfPassword(next) ?? (next === current ? doorText.value.faults.passwordSame : undefined)
}

function faultOfCurrent(state: { current: string; isTried: boolean; isWrong: boolean }): string | undefined {
  if (state.isWrong) return doorText.value.faults.passwordWrong
  return state.isTried && state.current === '' ? doorText.value.fillIn : undefined
}
