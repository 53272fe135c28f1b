import { computed, effect, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'

export const languages = ['ko', 'en'] as const
export type Language = (typeof languages)[number]

const kept = 'madang-language'

/** The language of everything that is shown. Changing it changes the page at once, and is remembered in this browser. */
export const language = signal<Language>(firstLanguage())

effect(() => {
  document.documentElement.lang = language.value
  localStorage.setItem(kept, language.value)
})

/**
 * The words of one part of the client, in both languages: the same keys, with functions where something is put in. Read as
 * `text.value.key` where it is shown, so that it changes with the language.
 */
export function texts<Words>(words: { en: Words; ko: NoInfer<Words> }): ReadonlySignal<Words> {
  return computed(() => words[language.value])
}

function firstLanguage(): Language {
  const known = (tag: string | null | undefined): Language | undefined =>
    languages.find((one) => tag?.toLowerCase().startsWith(one) === true)
  return known(localStorage.getItem(kept)) ?? navigator.languages.map(known).find((one) => one !== undefined) ?? 'en'
}
