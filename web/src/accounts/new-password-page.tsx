import { useEffect, useState } from 'preact/hooks'
import { Page, usePageTitle } from '../shell/page.tsx'
import { me } from '../shell/session.ts'
import { signOut } from '../shell/session-life.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { useAction } from '../ui/use-action.ts'
import { NewPasswordForm } from './new-password-form.tsx'
import { text } from './new-password-text.ts'
import { ticketIn } from './password-ticket.ts'
import { text as doorText } from './text.ts'
import { VisitorFrame } from './visitor-frame.tsx'

/** Where a link leads that whoever runs the site has given to somebody who has forgotten their password. */
export function NewPasswordPage() {
  return me.value ? <SignedIn username={me.value.username} /> : <Chosen />
}

function Chosen() {
  const words = text.value
  const ticket = ticketIn(useHash())
  usePageTitle(words.title)
  return (
    <VisitorFrame>
      <div class="door">
        <div class="door-sheet">
          <h1 tabIndex={-1}>{words.title}</h1>
          {ticket === undefined ? (
            <EmptyState icon="link" title={words.notWhole}>
              {words.notWholeBody}
            </EmptyState>
          ) : (
            <>
              <p>{words.lead(ticket.username)}</p>
              <NewPasswordForm key={ticket.ticket} {...ticket} />
            </>
          )}
        </div>
        <p class="door-other">
          <a href="/sign-in">{doorText.value.signIn}</a>
        </p>
      </div>
    </VisitorFrame>
  )
}

/** Two people in one browser would take each other's messages and drafts for their own: the one leaves first. */
function SignedIn({ username }: { username: string }) {
  const words = text.value
  const action = useAction(async () => {
    await signOut()
  })
  return (
    <Page title={words.title}>
      <EmptyState
        icon="key"
        title={words.signedIn(username)}
        action={
          <Button icon="sign-out" isBusy={action.isBusy} onClick={() => void action.run()}>
            {words.signOut}
          </Button>
        }
      >
        {words.signedInBody}
      </EmptyState>
    </Page>
  )
}

/** Another link may be opened in the same tab: only what is behind the # changes then, and nothing is loaded anew. */
function useHash(): string {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const look = (): void => setHash(location.hash)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return hash
}
