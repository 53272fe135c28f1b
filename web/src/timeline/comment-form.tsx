import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { randomId } from '../api/random-id.ts'
import { MentionArea } from '../mentions/mention-area.tsx'
import { problemText } from '../text/index.ts'
import { isVisible } from '../text/visible.ts'
import { Button } from '../ui/button.tsx'
import { mayDiscard } from '../ui/dialog.tsx'
import { isComposing } from '../ui/hotkeys.ts'
import type { CommentDrafts } from './comment-draft.ts'
import { lengthOf, mostCommentText, spoken } from './limits.ts'
import { text } from './comment-text.ts'
import { text as postText } from './text.ts'

export interface CommentFormProps {
  label: string
  verb: string
  start?: string
  /** Where it is kept until it is said. */
  drafts?: CommentDrafts
  hasFocus?: boolean
  /** Error: `ApiProblem`. The key is the same for every try of the same words. */
  send: (words: string, key: string) => Promise<unknown>
  onCancel?: () => void
}

/** Where a comment is written, new or anew. */
export function CommentForm(props: CommentFormProps) {
  const { label, verb, drafts, hasFocus = false, send, onCancel } = props
  // As it was when it was begun: whoever changes it elsewhere changes nothing of what was made of it here.
  const [start] = useState(props.start ?? '')
  const [{ text: begun, tried }] = useState(() => drafts?.read() ?? { text: '', tried: undefined })
  const [words, setWords] = useState(begun === '' ? start : begun)
  const [error, setError] = useState<string | undefined>(undefined)
  const [isSending, setSending] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const attempt = useRef(tried)

  useEffect(
    () =>
      drafts?.onTaken((taken) => {
        if (isWritten(words, start) && spoken(taken.text) !== spoken(words))
          drafts.keep({ text: words, tried: attempt.current })
      }),
    [drafts, words, start],
  )

  async function cancel(): Promise<void> {
    if (onCancel === undefined || (isWritten(words, start) && !(await mayDiscard()))) return
    drafts?.keep({ text: '' })
    onCancel()
  }
  async function submit(): Promise<void> {
    const said = spoken(words)
    const over = lengthOf(words) - mostCommentText
    if (isSending) return
    if (!isVisible(said) || over > 0) {
      if (over > 0) setError(postText.value.tooLong(over))
      area.current?.focus()
      return
    }
    // Other words are another comment: only a repeat of the same is the same.
    if (attempt.current?.words !== said) attempt.current = { words: said, key: randomId() }
    drafts?.keep({ text: words, tried: attempt.current })
    setSending(true)
    setError(undefined)
    try {
      await send(said, attempt.current.key)
      attempt.current = undefined
      drafts?.said(said)
      setWords((since) => (since === words ? '' : since))
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      setError(start === '' && isUnanswered(thrown) ? text.value.unknownOutcome : problemText(thrown))
    } finally {
      setSending(false)
    }
  }

  return (
    <form
      class="comment-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <MentionArea
        label={label}
        isLabelHidden
        placeholder={text.value.commentHint}
        value={words}
        rows={1}
        most={mostCommentText}
        error={error}
        areaRef={(element) => {
          area.current = element
          if (hasFocus && element !== null && element.dataset['focused'] === undefined) {
            element.dataset['focused'] = ''
            element.focus()
          }
        }}
        onInput={(value) => {
          setWords(value)
          setError(undefined)
          // What another tab has written since is not taken away with what is wiped out here.
          const isKept = isWritten(value, start)
          if (isKept || drafts?.read().text === words)
            drafts?.keep({ text: isKept ? value : '', tried: attempt.current })
        }}
        onKeyDown={(event) => {
          const isReady = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
          const isLeaving = event.key === 'Escape' && onCancel !== undefined
          if (isComposing(event) || !(isReady || isLeaving)) return
          // The question that it asks would be closed by the same Esc.
          event.preventDefault()
          void (isReady ? submit() : cancel())
        }}
      />
      <div class="comment-form-foot">
        {onCancel !== undefined && (
          <Button look="quiet" onClick={() => void cancel()}>
            {text.value.cancel}
          </Button>
        )}
        <Button look="main" type="submit" isBusy={isSending} title={postText.value.shortcut}>
          {verb}
        </Button>
      </div>
    </form>
  )
}

/** Whether it says something, and something else than it did. */
function isWritten(words: string, start: string): boolean {
  return isVisible(words) && words !== start
}

/** It may have arrived: sent again, it is found there. */
function isUnanswered({ code }: ApiProblem): boolean {
  return code === 'offline' || code === 'timeout'
}
