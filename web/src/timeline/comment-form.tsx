import { useLayoutEffect, useRef, useState } from 'preact/hooks'
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
  /** Of one that is written anew: it is saved, or left as it was. */
  onClose?: () => void
}

/** Where a comment is written, new or anew. */
export function CommentForm(props: CommentFormProps) {
  const { label, verb, drafts, hasFocus = false, send, onClose } = props
  // As it was when it was begun: whoever changes it elsewhere changes nothing of what was made of it here.
  const [start] = useState(props.start ?? '')
  const [{ text: begun, tried }] = useState(() => drafts?.read() ?? { text: '', tried: undefined })
  const [words, setWords] = useState(begun === '' ? start : begun)
  const [error, setError] = useState<string | undefined>(undefined)
  const [isSending, setSending] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const attempt = useRef(tried)

  // With the field itself: a frame later the draft of what was typed last would be gone with what the other tab has said.
  useLayoutEffect(
    () =>
      drafts?.onTaken((taken) => {
        if (isWritten(words, start) && spoken(taken.text) !== spoken(words)) keep(words)
      }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- keep is of these
    [drafts, words, start],
  )

  function keep(next: string): void {
    drafts?.keep({ text: next, tried: attempt.current, ...(start !== '' && { start }) })
  }
  async function cancel(): Promise<void> {
    if (onClose === undefined || isSending || (isWritten(words, start) && !(await mayDiscard()))) return
    // What another tab has written since is not thrown away with what this one shows.
    drafts?.said(spoken(words))
    onClose()
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
    keep(words)
    setSending(true)
    setError(undefined)
    try {
      await send(said, attempt.current.key)
      attempt.current = undefined
      drafts?.said(said)
      onClose?.()
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
        // What an edit has made of it stays as it is until it is known what became of it.
        readOnly={isSending && onClose !== undefined}
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
          if (isKept || drafts?.read().text === words) keep(isKept ? value : '')
        }}
        onKeyDown={(event) => {
          const isReady = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
          const isLeaving = event.key === 'Escape' && onClose !== undefined
          if (isComposing(event) || !(isReady || isLeaving)) return
          // The question that it asks would be closed by the same Esc.
          event.preventDefault()
          void (isReady ? submit() : cancel())
        }}
      />
      <div class="comment-form-foot">
        {onClose !== undefined && (
          <Button look="quiet" isDisabled={isSending} onClick={() => void cancel()}>
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
