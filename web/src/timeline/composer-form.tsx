import './composer-form.css'
import { useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { ProblemWords } from '../ui/states.tsx'
import { mostArea, mostPostText, lengthOf } from './limits.ts'
import { DropGround } from '../pictures/drop-ground.tsx'
import { PicturePicker } from '../pictures/picture-picker.tsx'
import { PictureTray } from '../pictures/picture-tray.tsx'
import { pastedFiles, takeFiles } from '../pictures/take-files.ts'
import { MentionArea } from '../mentions/mention-area.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { isComposing } from '../ui/hotkeys.ts'
import { TextField } from '../ui/text-field.tsx'
import type { Composition } from './composition.ts'
import { faultWords } from './fault-words.ts'
import { text } from './composer-text.ts'
import { text as postText } from './text.ts'

export interface ComposerFormProps {
  composition: Composition
  /** On the button. */
  verb: string
  onPost: () => void
  rows?: number
  hasFocus?: boolean
}

/** Where a post is written: words, pictures, area. Pictures come by the picker, a drop or the clipboard. */
export function ComposerForm({ composition, verb, onPost, rows = 2, hasFocus = false }: ComposerFormProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  const { uploads } = composition
  const faults = composition.faults.value
  const words = faultWords(faults, lengthOf(composition.text.value) - mostPostText)
  const isBusy = composition.state.value !== 'writing'

  function add(files: Iterable<File>): void {
    composition.faults.value = {}
    takeFiles(uploads, files)
  }
  function submit(): void {
    if (isBusy) return
    onPost()
    if (composition.faults.peek().text !== undefined) area.current?.focus()
  }

  return (
    <DropGround onFiles={add}>
      <form
        class="composer"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <MentionArea
          label={text.value.text}
          isLabelHidden
          placeholder={text.value.say}
          class="composer-text"
          value={composition.text.value}
          rows={rows}
          most={mostPostText}
          error={words.text}
          areaRef={(element) => {
            area.current = element
            if (hasFocus && element !== null) focusOnce(element)
          }}
          onInput={(value) => {
            composition.text.value = value
            if (faults.text !== undefined) composition.faults.value = {}
          }}
          onPaste={(event) => {
            const files = pastedFiles(event)
            if (files.length > 0) add(files)
          }}
          onKeyDown={(event) => {
            const isSending = event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !isComposing(event)
            if (!isSending) return
            event.preventDefault()
            submit()
          }}
        />
        <PictureTray uploads={uploads} {...(faults.pictures === undefined ? {} : { refused: faults.pictures })} />
        {words.whole !== undefined && (
          <p class="composer-fault" role="alert">
            {faults.whole instanceof ApiProblem ? <ProblemWords problem={faults.whole} /> : words.whole}
          </p>
        )}
        <div class="composer-foot">
          <PicturePicker onFiles={add} isFull={uploads.items.value.length >= uploads.most} />
          <AreaField composition={composition} error={words.area} />
          <Button look="main" type="submit" isBusy={isBusy} title={postText.value.shortcut} class="composer-post">
            {verb}
          </Button>
        </div>
        <p class="composer-waiting" aria-live="polite">
          {composition.state.value === 'waiting' && text.value.waitingForPictures}
        </p>
      </form>
    </DropGround>
  )
}

function AreaField({ composition, error }: { composition: Composition; error: string | undefined }) {
  const [isOpen, setOpen] = useState(false)
  const area = composition.area.value
  if (!isOpen && area === '') {
    return <IconButton icon="pin" label={text.value.addArea} onClick={() => setOpen(true)} />
  }
  return (
    <TextField
      label={text.value.areaLabel}
      isLabelHidden
      isOptional
      class="composer-area"
      icon="pin"
      placeholder={text.value.areaLabel}
      value={area}
      most={mostArea}
      error={error}
      inputRef={(element) => {
        if (isOpen && element !== null) focusOnce(element)
      }}
      onInput={(value) => (composition.area.value = value)}
      action={
        <IconButton
          icon="close"
          label={text.value.removeArea}
          onClick={() => {
            composition.area.value = ''
            setOpen(false)
          }}
        />
      }
    />
  )
}

/** Where it has just appeared, and not each time it is drawn anew. */
function focusOnce(element: HTMLElement): void {
  if (element.dataset['focused'] !== undefined) return
  element.dataset['focused'] = ''
  // A dialog that opens with it looks for this.
  element.autofocus = true
  element.focus()
}
