import type { Ref, TextareaHTMLAttributes } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Field } from './field.tsx'
import type { FieldFrame } from './field.tsx'
import { lengthOf } from './length.ts'
import { joinRefs } from './join-refs.ts'

type Native = Pick<
  TextareaHTMLAttributes,
  | 'name'
  | 'placeholder'
  | 'disabled'
  | 'readOnly'
  | 'autocapitalize'
  | 'enterkeyhint'
  | 'spellcheck'
  | 'onKeyDown'
  | 'onPaste'
  | 'onBlur'
  | 'onFocus'
  | 'aria-autocomplete'
  | 'aria-haspopup'
  | 'aria-controls'
  | 'aria-activedescendant'
>

export interface TextAreaProps extends Omit<FieldFrame, 'counter'>, Native {
  value: string
  onInput: (value: string) => void
  /** Least height, in lines; it grows with what is written. */
  rows?: number
  /** Most characters, shown by a counter and not enforced. */
  most?: number
  areaRef?: Ref<HTMLTextAreaElement>
}

/** Text of several lines, as high as it is long. */
export function TextArea(props: TextAreaProps) {
  const { label, isLabelHidden, hint, error, isOptional, class: added, value, most, ...control } = props
  const { onInput, areaRef, rows = 2, ...native } = control
  const frame = { label, isLabelHidden, hint, error, isOptional, class: added }
  const own = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => grow(own.current), [value])
  return (
    <Field {...frame} counter={most === undefined ? undefined : { length: lengthOf(value), most }}>
      {(ties) => (
        <div class="control">
          <textarea
            class="control-input"
            {...ties}
            {...native}
            ref={joinRefs(own, areaRef)}
            rows={rows}
            style={{ '--rows': String(rows) }}
            dir="auto"
            value={value}
            aria-required={isOptional !== true}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  )
}

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

/** Makes a field as high as its text, in browsers without `field-sizing`. */
export function grow(area: HTMLTextAreaElement | null): void {
  if (area === null || growsByItself) return
  area.style.blockSize = 'auto'
  area.style.blockSize = `${area.scrollHeight}px`
}
