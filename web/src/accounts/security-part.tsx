import { PasswordForm } from './password-form.tsx'
import { SessionsSection } from './sessions-section.tsx'

export function SecurityPart() {
  return (
    <>
      <PasswordForm />
      <SessionsSection />
    </>
  )
}
