import './icon.css'
import { paths } from './icon-paths.ts'
import type { IconName } from './icon-paths.ts'

export type { IconName } from './icon-paths.ts'

/**
 * A picture of one line, as large as `--icon` (1.25rem). It says nothing to screen readers: what it stands for is said by the text
 * beside it, or by the label of its button.
 */
export function Icon({ name, isFilled = false }: { name: IconName; isFilled?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" data-filled={isFilled || undefined}>
      <path d={paths[name]} />
    </svg>
  )
}
