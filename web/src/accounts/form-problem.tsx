import { ErrorLine } from '../ui/states.tsx'
import { Icon } from '../ui/icon.tsx'
import { waitText } from '../text/index.ts'
import { text } from './text.ts'

/** What became of a form, above its button: why it was refused, or how long to wait. */
export function FormProblem({ problem, wait }: { problem: unknown; wait: number }) {
  if (wait > 0) {
    return (
      <p class="error-line" role="alert" aria-live="off">
        <Icon name="clock" />
        <span>{text.value.waitFor(waitText(wait))}</span>
      </p>
    )
  }
  return problem === undefined ? null : <ErrorLine problem={problem} />
}
