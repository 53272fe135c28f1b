import './choices.css'
import { useId } from 'preact/hooks'
import { Field } from './field.tsx'
import type { FieldFrame } from './field.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

export interface Choice<Value extends string> {
  value: Value
  label: string
  icon?: IconName
}

export interface SelectProps<Value extends string> extends Omit<FieldFrame, 'counter'> {
  choices: readonly Choice<Value>[]
  value: Value
  onChoose: (value: Value) => void
  isDisabled?: boolean
}

/** One of several, in the list of the system: for many choices, or where room is small. */
export function Select<Value extends string>({ choices, value, onChoose, isDisabled, ...frame }: SelectProps<Value>) {
  return (
    <Field {...frame}>
      {(ties) => (
        <div class="control">
          <select
            class="control-input"
            {...ties}
            disabled={isDisabled}
            value={value}
            onChange={(event) => tellChoice(choices, event.currentTarget.value, onChoose)}
          >
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value} selected={choice.value === value}>
                {choice.label}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" />
        </div>
      )}
    </Field>
  )
}

export interface SegmentedProps<Value extends string> {
  label: string
  isLabelHidden?: boolean
  choices: readonly Choice<Value>[]
  value: Value
  onChoose: (value: Value) => void
}

/** One of two to four, all to be seen: a group of radio buttons, so arrows go from one to the next. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, isLabelHidden = false, choices, value, onChoose } = props
  const name = useId()
  return (
    <fieldset class="segmented">
      <legend class={isLabelHidden ? 'visually-hidden' : 'field-label'}>{label}</legend>
      <div class="segmented-row">
        {choices.map((choice) => (
          <label key={choice.value} class="segmented-choice">
            <input
              class="segmented-input"
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            {choice.icon !== undefined && <Icon name={choice.icon} />}
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function tellChoice<Value extends string>(
  choices: readonly Choice<Value>[],
  value: string,
  onChoose: (value: Value) => void,
): void {
  const chosen = choices.find((choice) => choice.value === value)
  if (chosen !== undefined) onChoose(chosen.value)
}
