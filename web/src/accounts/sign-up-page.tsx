import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../shell/page.tsx'
import { doorFrom } from './destination.ts'
import { SignUpForm } from './sign-up-form.tsx'
import { text } from './text.ts'
import { VisitorFrame } from './visitor-frame.tsx'

export function SignUpPage() {
  const words = text.value
  const location = useLocation()
  usePageTitle(words.signUp)
  return (
    <VisitorFrame>
      <div class="door">
        <div class="door-sheet">
          <h1 tabIndex={-1}>{words.signUpTitle}</h1>
          <SignUpForm />
        </div>
        <p class="door-other">
          {words.hasAccount} <a href={doorFrom('/sign-in', location)}>{words.signIn}</a>
        </p>
      </div>
    </VisitorFrame>
  )
}
