import './text-parts.css'
import type { TextPart } from '../text/parts.ts'

/** What people wrote, with its tags, mentions and addresses as links. All of it is data: nothing in it becomes markup. */
export function TextParts({ parts, wordClass }: { parts: readonly TextPart[]; wordClass?: string }) {
  return parts.map((part, place) => <Part key={place} part={part} wordClass={wordClass} />)
}

function Part({ part, wordClass }: { part: TextPart; wordClass: string | undefined }) {
  switch (part.type) {
    case 'text':
      return <>{part.text}</>
    case 'tag':
      return (
        <a class={wordClass} href={`/tags/${encodeURIComponent(part.tag)}`}>
          {part.text.slice(0, 1)}
          <span class="text-parts-rest">{part.text.slice(1)}</span>
        </a>
      )
    case 'mention':
      return (
        <a class={wordClass} href={`/people/${part.username}`}>
          {part.text}
        </a>
      )
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
          {part.text}
        </a>
      )
  }
}
