import { computed } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { formatsOf } from './formats.ts'
import { language } from './language.ts'

export { chooseLanguage, language, languageNames, languages, speakAs } from './language.ts'
export type { Language } from './language.ts'
export { counted } from './formats.ts'
export { toward } from './particles.ts'
export { problemText, waitText } from './problems.ts'

/**
 * The words of one part of the client, in both languages: the same keys, with functions where something is put in. Read as
 * `text.value.key` where it is shown, so that it changes with the language.
 */
export function texts<Words>(words: { en: Words; ko: NoInfer<Words> }): ReadonlySignal<Words> {
  return computed(() => words[language.value])
}

/** Dates, times, numbers and lists as the language writes them: `format.value.date(post.createdAt)`. */
export const format = computed(() => formatsOf(language.value))
