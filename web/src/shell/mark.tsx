import './mark.css'

/** The roof of a house and the light in its yard. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-roof" d="M2 14.5C8.5 13 12.5 9 16 4.5c3.5 4.5 7.5 8.5 14 10" />
      <path class="mark-house" d="M7 15.5V27h18V15.5" />
      <circle class="mark-light" cx="16" cy="20.5" r="3.25" />
    </svg>
  )
}
