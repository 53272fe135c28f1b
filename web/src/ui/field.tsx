import './field.css'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { counted, format, texts } from '../text/index.ts'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import { VisuallyHidden } from './visually-hidden.tsx'

const text = texts({
  en: {
    optional: '(optional)',
    left: (left: number) => `${counted(Math.abs(left), 'character', 'characters')} ${left >= 0 ? 'left' : 'too many'}`,
  },
  ko: {
    optional: '(선택)',
    left: (left: number) => (left >= 0 ? `${left}자 남았어요` : `${-left}자 넘었어요`),
  },
})

/** What every field has around its control. */
export interface FieldFrame {
  label: string
  /** For screen readers alone: where the place says what it is, as in a search. */
  isLabelHidden?: boolean | undefined
  /** Below the control, always. */
  hint?: ComponentChildren
  /** What is wrong with what is given; the control is marked, and screen readers say it with the field. */
  error?: string | undefined
  /** Says "optional" beside the label: fields are required unless they say so. */
  isOptional?: boolean | undefined
  /** Counts characters as people see them against this limit, from the last fifth on. */
  counter?: { length: number; most: number } | undefined
  class?: string | undefined
}

/** What ties a control to its label, hint and error. */
export interface ControlTies {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface FieldProps extends FieldFrame {
  children: (ties: ControlTies) => ComponentChildren
}

/** Label, control, hint and error as one thing; `TextField`, `TextArea` and `Select` are made of it. */
export function Field(props: FieldProps) {
  const { label, isLabelHidden = false, hint, error, isOptional = false, counter, children, class: added } = props
  const id = useId()
  const hintId = `${id}-hint`
  const errorId = `${id}-error`
  const describedBy = classes(hint !== undefined && hintId, error !== undefined && errorId)
  return (
    <div class={classes('field', added)} data-invalid={error !== undefined || undefined}>
      <label class={isLabelHidden ? 'visually-hidden' : 'field-label'} for={id}>
        {label}
        {isOptional && <span class="field-optional"> {text.value.optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      <div class="field-below">
        {/* Always there, so that screen readers hear what comes into it. */}
        <p class="field-error" id={errorId} role="alert">
          {error !== undefined && <Icon name="alert" />}
          {error}
        </p>
        {hint !== undefined && error === undefined && (
          <p class="field-hint" id={hintId}>
            {hint}
          </p>
        )}
        {counter !== undefined && <Counter {...counter} />}
      </div>
    </div>
  )
}

function Counter({ length, most }: { length: number; most: number }) {
  const left = most - length
  if (left > most / 5) return null
  return (
    <p class="field-counter" data-over={left < 0 || undefined}>
      <span aria-hidden="true">
        {format.value.number(length)} / {format.value.number(most)}
      </span>
      <VisuallyHidden>{text.value.left(left)}</VisuallyHidden>
    </p>
  )
}
