import { useState } from 'preact/hooks'
import { IconButton } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import type { TextFieldProps } from '../ui/text-field.tsx'
import { text } from './text.ts'

type Props = Pick<TextFieldProps, 'label' | 'value' | 'onInput' | 'error' | 'hint' | 'inputRef' | 'name'> & {
  /** What a password manager fills in, or offers to make. */
  kind: 'current' | 'new'
}

/** A password that can be looked at while it is written. */
export function PasswordField({ kind, ...field }: Props) {
  const [isShown, setShown] = useState(false)
  const words = text.value
  return (
    <TextField
      {...field}
      type={isShown ? 'text' : 'password'}
      autocomplete={kind === 'new' ? 'new-password' : 'current-password'}
      autocapitalize="none"
      autocorrect="off"
      spellcheck={false}
      action={
        <IconButton
          icon={isShown ? 'eye-off' : 'eye'}
          label={isShown ? words.hide : words.show}
          onClick={() => setShown(!isShown)}
        />
      }
    />
  )
}
