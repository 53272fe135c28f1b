import './rich-text.css'
import { useMemo, useState } from 'preact/hooks'
import { knownFrom, partsOf } from '../text/parts.ts'
import type { Found } from '../text/parts.ts'
import { writtenIn } from '../text/written-in.ts'
import { TextParts } from '../ui/text-parts.tsx'
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
  const parts = useMemo(() => partsOf(text, knownFrom({ tags, mentions })), [text, tags, mentions])
  const isLong = isFoldable && (text.length > longText || text.split('\n').length > manyLines)
  return (
    <>
      <p class="rich-text" data-folded={(isLong && !isOpen) || undefined} dir="auto" lang={writtenIn(text)}>
        <TextParts parts={parts} />
      </p>
      {isLong && (
        <button type="button" class="rich-text-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? words.value.fold : words.value.unfold}
        </button>
      )}
    </>
  )
}
