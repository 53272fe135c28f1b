import { useLocation } from 'preact-iso/router'
import { useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { usePageTitle } from '../shell/page.tsx'
import { api } from '../shell/session.ts'
import { welcome } from '../shell/session-life.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAction } from '../ui/use-action.ts'
import { doorFrom } from './destination.ts'
import { focusFault } from './focus-fault.ts'
import { FormProblem } from './form-problem.tsx'
import { PasswordField } from './password-field.tsx'
import { text } from './text.ts'
import { useWait } from '../ui/use-wait.ts'
import { VisitorFrame } from './visitor-frame.tsx'

/** Signing in, at its own address and at every other that is not for visitors: whoever signs in there is there. */
export function SignInPage() {
  const words = text.value
  const location = useLocation()
  const title = location.path === '/sign-in' ? words.signInTitle : words.signInToGoOn
  usePageTitle(words.signIn)
  return (
    <VisitorFrame>
      <div class="door">
        <div class="door-sheet">
          <h1 tabIndex={-1}>{title}</h1>
          <SignInForm />
        </div>
        <p class="door-other">
          {words.noAccount} <a href={doorFrom('/sign-up', location)}>{words.signUp}</a>
        </p>
        <p class="door-forgotten">{words.forgotten}</p>
      </div>
    </VisitorFrame>
  )
}

function SignInForm() {
  const words = text.value
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const passwordInput = useRef<HTMLInputElement>(null)
  const action = useAction(async () => {
    const { account } = await api.accounts.signIn({ username: username.trim(), password })
    welcome(account)
  })
  const wait = useWait(action.problem)
  const missing = (value: string): string | undefined => (isTried && value === '' ? words.fillIn : undefined)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (username.trim() === '' || password === '') return focusFault(form.current)
    if (wait === 0 && !(await action.run())) passwordInput.current?.select()
  }

  return (
    <form
      ref={form}
      class="door-form"
      method="post"
      action="/sign-in"
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      <TextField
        label={words.username}
        name="username"
        autocomplete="username"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        value={username}
        onInput={setUsername}
        error={missing(username)}
      />
      <PasswordField
        kind="current"
        label={words.password}
        name="password"
        value={password}
        onInput={setPassword}
        error={missing(password)}
        inputRef={passwordInput}
      />
      <FormProblem problem={shown(action.problem)} wait={wait} />
      <Button type="submit" look="main" isWide isBusy={action.isBusy} isDisabled={wait > 0}>
        {words.signIn}
      </Button>
    </form>
  )
}

/** A name or password of a form that no account can have is just a wrong one. */
function shown(problem: unknown): unknown {
  const isRefused = problem instanceof ApiProblem && problem.code === 'bad_input'
  return isRefused ? new ApiProblem({ code: 'bad_credentials' }) : problem
}
