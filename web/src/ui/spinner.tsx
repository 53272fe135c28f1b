import './spinner.css'

/** Turns while something is on its way. Silent: who shows it says `aria-busy` or a text. */
export function Spinner() {
  return (
    <svg class="spinner" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="9" />
    </svg>
  )
}

export interface ProgressProps {
  /** What is going on, for screen readers. */
  label: string
  /** Between 0 and 1; without it nobody knows how far it is. */
  share?: number | undefined
}

/** How far something is. */
export function Progress({ label, share }: ProgressProps) {
  return <progress class="progress" aria-label={label} max={1} {...(share === undefined ? {} : { value: share })} />
}
