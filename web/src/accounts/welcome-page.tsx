import './welcome-page.css'
import { usePageTitle } from '../shell/page.tsx'
import { text as shellText } from '../shell/text.ts'
import { LinkButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Courtyard } from './courtyard.tsx'
import { text } from './text.ts'
import { VisitorFrame } from './visitor-frame.tsx'

const promiseIcons = ['receipt', 'refresh', 'leaf'] as const

/** What somebody sees who comes to Madang for the first time. */
export function WelcomePage() {
  const words = text.value
  usePageTitle(shellText.value.name)
  return (
    <VisitorFrame>
      <div class="welcome">
        <div class="welcome-words">
          <h1 tabIndex={-1}>{words.heroTitle}</h1>
          <p>{words.hero}</p>
          <div class="welcome-doors">
            <LinkButton href="/sign-up" look="main">
              {words.signUp}
            </LinkButton>
            <LinkButton href="/sign-in">{words.signIn}</LinkButton>
          </div>
        </div>
        <Courtyard />
        <ul class="welcome-promises">
          {words.promises.map(({ title, body }, at) => (
            <li key={at} class="welcome-promise">
              <Icon name={promiseIcons[at] ?? 'leaf'} />
              <h2>{title}</h2>
              <p>{body}</p>
            </li>
          ))}
        </ul>
      </div>
    </VisitorFrame>
  )
}
