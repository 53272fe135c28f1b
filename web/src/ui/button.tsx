import './button.css'
import type { ButtonHTMLAttributes, ComponentChildren, Ref } from 'preact'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { Spinner } from './spinner.tsx'

/** `main`: the one thing to do here. `plain`: others. `quiet`: those that are on many things. `danger`: what cannot be undone. */
export type ButtonLook = 'main' | 'plain' | 'quiet' | 'danger'

type Native = Omit<ButtonHTMLAttributes, 'icon' | 'size' | 'disabled' | 'class' | 'label'>

export interface ButtonProps extends Native {
  children: ComponentChildren
  look?: ButtonLook
  /** Before the words. */
  icon?: IconName
  size?: 'small' | 'normal'
  /** As wide as what it is in. */
  isWide?: boolean
  /** Working on it: cannot be pressed again, keeps its width and the focus. */
  isBusy?: boolean
  isDisabled?: boolean
  buttonRef?: Ref<HTMLButtonElement>
  class?: string
}

/** Does something here. What leads elsewhere is a `LinkButton`. Submits a form only with `type="submit"`. */
export function Button(props: ButtonProps) {
  const {
    children,
    look = 'plain',
    icon,
    size,
    isWide,
    isBusy = false,
    isDisabled,
    buttonRef = null,
    ...native
  } = props
  const { class: added, onClick, type = 'button', ...rest } = native
  return (
    <button
      {...rest}
      ref={buttonRef}
      type={type}
      class={lookOf({ look, size, isWide, added })}
      disabled={isDisabled}
      // Not `disabled`, which would lose the focus.
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span class="button-words">{children}</span>
      {isBusy && <Spinner />}
    </button>
  )
}

export interface LinkButtonProps {
  href: string
  children: ComponentChildren
  look?: ButtonLook
  icon?: IconName
  size?: 'small' | 'normal'
  isWide?: boolean
  /** Saves the address as this file instead of going there. */
  download?: string | true
}

/** A link that looks like a button. */
export function LinkButton({ href, children, look = 'plain', icon, size, isWide, download }: LinkButtonProps) {
  return (
    <a href={href} download={download} class={lookOf({ look, size, isWide })}>
      {icon !== undefined && <Icon name={icon} />}
      <span class="button-words">{children}</span>
    </a>
  )
}

export interface IconButtonProps extends Native {
  icon: IconName
  /** What it does, for screen readers, and as a tooltip. */
  label: string
  /** Of a button that stays pressed: whether it is. */
  isPressed?: boolean
  isFilled?: boolean
  isDisabled?: boolean
  look?: 'quiet' | 'plain' | 'main'
  buttonRef?: Ref<HTMLButtonElement>
  class?: string
}

/** A button of an icon alone, 44 px wide and high. */
export function IconButton(props: IconButtonProps) {
  const {
    icon,
    label,
    isPressed,
    isFilled,
    isDisabled,
    look = 'quiet',
    buttonRef = null,
    class: added,
    ...native
  } = props
  return (
    <button
      type="button"
      {...native}
      ref={buttonRef}
      class={classes('button', `button-${look}`, 'button-icon', added)}
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      disabled={isDisabled}
    >
      <Icon name={icon} {...(isFilled === undefined ? {} : { isFilled })} />
    </button>
  )
}

interface Look {
  look: ButtonLook
  size?: 'small' | 'normal' | undefined
  isWide?: boolean | undefined
  added?: string | undefined
}

function lookOf({ look, size, isWide, added }: Look): string {
  return classes(
    'button',
    `button-${look}`,
    size === 'small' && 'button-small',
    isWide === true && 'button-wide',
    added,
  )
}
