import './visitor-frame.css'
import type { ComponentChildren } from 'preact'
import { Mark } from '../shell/mark.tsx'
import { SkipLink } from '../shell/frame.tsx'
import { switchLanguage } from '../shell/session-life.ts'
import { text as shellText } from '../shell/text.ts'
import { language, languageNames, languages } from '../text/index.ts'
import { Segmented } from '../ui/choices.tsx'
import { text } from './text.ts'

/** What stays around the pages of who is not signed in. */
export function VisitorFrame({ children }: { children: ComponentChildren }) {
  const words = text.value
  return (
    <div class="visitor">
      <SkipLink />
      <header class="visitor-head">
        <a class="visitor-name" href="/">
          <Mark />
          <span>{shellText.value.name}</span>
        </a>
        <Segmented
          label={words.language}
          isLabelHidden
          choices={languages.map((one) => ({ value: one, label: languageNames[one] }))}
          value={language.value}
          onChoose={(next) => void switchLanguage(next)}
        />
      </header>
      <main id="content" class="visitor-page" tabIndex={-1}>
        {children}
      </main>
      <footer class="visitor-foot">
        <span lang="ko">마당</span> · Madang · <a href="/docs">{words.docs}</a>
      </footer>
    </div>
  )
}
