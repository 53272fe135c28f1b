import './rich-text.css'
import { useMemo, useState } from 'preact/hooks'
import { partsOf } from '../text/parts.ts'
import type { Found, TextPart } from '../text/parts.ts'
import { text as words } from './text.ts'

export interface RichTextProps extends Found {
  text: string
  /** Long texts are folded. */
  isFoldable?: boolean
}

const longText = 560
const manyLines = 12

/** What people wrote, with its tags, mentions and addresses as links. All of it is data: nothing in it becomes markup. */
export function RichText({ text, tags, mentions, isFoldable = false }: RichTextProps) {
  const [isOpen, setOpen] = useState(false)
  const parts = useMemo(
    () => partsOf(text, { mentions, ...(tags === undefined ? {} : { tags }) }),
    [text, tags, mentions],
  )
  const isLong = isFoldable && (text.length > longText || text.split('\n').length > manyLines)
  return (
    <>
      <p class="rich-text" data-folded={(isLong && !isOpen) || undefined} dir="auto">
        {parts.map((part, place) => (
          <Part key={place} part={part} />
        ))}
      </p>
      {isLong && (
        <button type="button" class="rich-text-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.value.fold : words.value.unfold}
        </button>
      )}
    </>
  )
}

function Part({ part }: { part: TextPart }) {
  switch (part.type) {
    case 'text':
      return <>{part.text}</>
    case 'tag':
      return (
        <a class="rich-text-word" href={`/tags/${encodeURIComponent(part.tag)}`}>
          {part.text}
        </a>
      )
    case 'mention':
      return (
        <a class="rich-text-word" href={`/people/${part.username}`}>
          {part.text}
        </a>
      )
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener nofollow ugc">
          {part.text}
        </a>
      )
  }
}
