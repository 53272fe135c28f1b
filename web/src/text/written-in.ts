const hangul = /\p{Script=Hangul}/u

/**
 * For `lang` of what people wrote: Korean is read out as such by a screen reader, and breaks between words, whatever language the page is in.
 * Nothing is known of a text without Hangul, which then is taken for one in the language of the page.
 */
export function writtenIn(text: string): 'ko' | undefined {
  return hangul.test(text) ? 'ko' : undefined
}
