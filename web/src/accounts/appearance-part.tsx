import { switchLanguage } from '../shell/session-life.ts'
import { language, languageNames, languages } from '../text/index.ts'
import { Segmented } from '../ui/choices.tsx'
import { chooseTheme, theme, themes } from '../ui/theme.ts'
import { text } from './text.ts'

const themeIcons = { system: 'monitor', light: 'sun', dark: 'moon' } as const

/** Language and theme: both at once, and kept. */
export function AppearancePart() {
  const words = text.value
  return (
    <>
      <Segmented
        label={words.language}
        choices={languages.map((one) => ({ value: one, label: languageNames[one] }))}
        value={language.value}
        onChoose={(next) => void switchLanguage(next)}
      />
      <Segmented
        label={words.theme}
        choices={themes.map((one) => ({ value: one, label: words.themes[one], icon: themeIcons[one] }))}
        value={theme.value}
        onChoose={chooseTheme}
      />
    </>
  )
}
