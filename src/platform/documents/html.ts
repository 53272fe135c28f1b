/** A piece of a page whose texts are escaped already. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | readonly Html[] | undefined

/** Whatever is put in is text and nothing else, unless it was made here. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: strings.reduce((text, string, index) => `${text}${written(parts[index - 1])}${string}`) }
}

function written(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'html' in part ? part.html : part.map((one) => one.html).join('')
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Words as the documents have them: `code` between backticks, the rest as it is. */
export function prose(text: string): Html {
  const parts = text.split(/`([^`]+)`/)
  return {
    html: parts.map((part, index) => (index % 2 === 0 ? escaped(part) : `<code>${escaped(part)}</code>`)).join(''),
  }
}
