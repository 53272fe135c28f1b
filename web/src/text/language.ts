import { effect, signal } from '@preact/signals'

export const languages = ['ko', 'en'] as const
export type Language = (typeof languages)[number]

/** What each language calls itself, for who chooses one. */
export const languageNames: Readonly<Record<Language, string>> = { ko: '한국어', en: 'English' }

const kept = 'madang-language'

/** The language of everything that is shown: the one that was chosen in this browser, else that of the account, else one that it asks for. */
export const language = signal<Language>('en')

/** Takes up the language that was chosen in this browser, or one that it asks for, and keeps to changes, of other tabs too. */
export function startLanguage(): void {
  language.value = chosen() ?? asked() ?? 'en'
  effect(() => {
    document.documentElement.lang = language.value
  })
  addEventListener('storage', (event) => {
    const other = event.key === kept ? languageOf(event.newValue) : undefined
    if (other !== undefined) language.value = other
  })
}

/** Shows everything in the language of the account, unless another was chosen in this browser. */
export function speakAs(account: Language): void {
  language.value = chosen() ?? account
}

/** Shows everything in this language from now on, in this browser. */
export function chooseLanguage(next: Language): void {
  language.value = next
  try {
    localStorage.setItem(kept, next)
  } catch {
    // Storage may be denied: then it holds until the page is left.
  }
}

function chosen(): Language | undefined {
  try {
    return languageOf(localStorage.getItem(kept))
  } catch {
    return undefined
  }
}

function asked(): Language | undefined {
  return navigator.languages.map(languageOf).find((one) => one !== undefined)
}

/** Of a tag such as `ko-KR`. */
export function languageOf(tag: string | null | undefined): Language | undefined {
  return languages.find((one) => tag?.toLowerCase().split('-')[0] === one)
}
