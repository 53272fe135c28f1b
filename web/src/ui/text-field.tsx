import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact'
import { Field } from './field.tsx'
import type { FieldFrame } from './field.tsx'
import { lengthOf } from './length.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

type Native = Pick<
  InputHTMLAttributes,
  | 'name'
  | 'autocomplete'
  | 'autocapitalize'
  | 'autocorrect'
  | 'spellcheck'
  | 'inputMode'
  | 'enterkeyhint'
  | 'placeholder'
  | 'minLength'
  | 'pattern'
  | 'disabled'
  | 'readOnly'
  | 'onBlur'
  | 'onFocus'
  | 'onKeyDown'
>

/** Apart from each other, since the types of Preact know a role for each. */
const kinds = {
  text: { type: 'text' },
  password: { type: 'password' },
  search: { type: 'search' },
  url: { type: 'url' },
  date: { type: 'date' },
} as const

export interface TextFieldProps extends Omit<FieldFrame, 'counter'>, Native {
  value: string
  onInput: (value: string) => void
  type?: keyof typeof kinds
  icon?: IconName
  /** Text that belongs to the value but is not written: `@`. */
  prefix?: string
  /** An `IconButton` at the end, such as one that shows the password. */
  action?: ComponentChildren
  /** Most characters, shown by a counter and not enforced: what was pasted is not cut. */
  most?: number
  inputRef?: Ref<HTMLInputElement>
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { label, isLabelHidden, hint, error, isOptional, class: added, value, most, ...control } = props
  const { onInput, icon, prefix, action, inputRef = null, type = 'text', ...native } = control
  const frame = { label, isLabelHidden, hint, error, isOptional, class: added }
  return (
    <Field {...frame} counter={most === undefined ? undefined : { length: lengthOf(value), most }}>
      {(ties) => (
        <div class="control">
          {icon !== undefined && <Icon name={icon} />}
          {prefix !== undefined && (
            <span class="control-prefix" aria-hidden="true">
              {prefix}
            </span>
          )}
          <input
            class="control-input"
            {...ties}
            {...native}
            ref={inputRef}
            {...kinds[type]}
            dir={type === 'password' ? undefined : 'auto'}
            value={value}
            aria-required={isOptional !== true}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {action}
        </div>
      )}
    </Field>
  )
}
