import './settings-page.css'
import { useRoute } from 'preact-iso/router'
import { NotFound } from '../shell/not-found.tsx'
import { Page } from '../shell/page.tsx'
import { signOut } from '../shell/session-life.ts'
import { Button } from '../ui/button.tsx'
import { LinkTabs } from '../ui/tabs.tsx'
import { useAction } from '../ui/use-action.ts'
import { AboutPart } from './about-part.tsx'
import { AppearancePart } from './appearance-part.tsx'
import { PeoplePart } from './people-part.tsx'
import { ProfilePart } from './profile-part.tsx'
import { SecurityPart } from './security-part.tsx'
import { text } from './settings-text.ts'

const parts = {
  profile: ProfilePart,
  security: SecurityPart,
  people: PeoplePart,
  appearance: AppearancePart,
  about: AboutPart,
} as const
type PartName = keyof typeof parts
const names = Object.keys(parts) as PartName[]

export function SettingsPage() {
  const { params } = useRoute()
  const words = text.value
  const asked = params['part']
  const name = asked === undefined ? 'profile' : names.find((one) => one === asked)
  if (name === undefined) return <NotFound />
  const Part = parts[name]
  const links = names.map((one) => ({
    href: one === 'profile' ? '/settings' : `/settings/${one}`,
    label: words.parts[one],
    isCurrent: one === name,
  }))
  return (
    <Page title={words.settings} actions={<SignOutButton />}>
      <LinkTabs label={words.settings} links={links} />
      <div class="settings-part">
        <Part />
      </div>
    </Page>
  )
}

function SignOutButton() {
  const action = useAction(async () => {
    await signOut()
  })
  return (
    <Button look="quiet" icon="sign-out" isBusy={action.isBusy} onClick={() => void action.run()}>
      {text.value.signOut}
    </Button>
  )
}
