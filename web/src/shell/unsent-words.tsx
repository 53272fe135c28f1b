import './unsent-words.css'
import { texts } from '../text/index.ts'
import { Button } from '../ui/button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { Field } from '../ui/field.tsx'

const text = texts({
  en: { title: 'What you were writing', copy: 'Copy', copied: 'Copied', discard: 'Discard' },
  ko: { title: '쓰던 글', copy: '복사', copied: '복사했어요', discard: '버리기' },
})

/** What somebody wrote for a place that takes nothing more: it is theirs, to be copied or thrown away. */
export function UnsentWords({ words, onDiscard }: { words: string; onDiscard: () => void }) {
  return (
    <div class="unsent-words">
      <Field label={text.value.title}>
        {(ties) => (
          <div class="control">
            <textarea class="control-input" {...ties} rows={2} dir="auto" readOnly value={words} />
          </div>
        )}
      </Field>
      <p class="unsent-words-ways">
        <Button size="small" icon="copy" onClick={() => void copyText(words, text.value.copied)}>
          {text.value.copy}
        </Button>
        <Button size="small" look="quiet" onClick={onDiscard}>
          {text.value.discard}
        </Button>
      </p>
    </div>
  )
}
