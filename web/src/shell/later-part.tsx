import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import type { Later } from '../ui/later.tsx'
import { Loading } from '../ui/skeleton.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { text } from './text.ts'

export interface LaterPartProps<Props extends object> {
  later: Later<Props>
  props: Props
  /** What keeps its place until it is there. */
  children: ComponentChildren
}

/** What comes after the page that it stands on. When it does not come, the one thing that helps is said. */
export function LaterPart<Props extends object>({ later, props, children }: LaterPartProps<Props>) {
  const Part = later.component.value
  useEffect(() => later.load(), [later])
  if (Part !== undefined) return <Part {...props} />
  if (!later.hasFailed.value) return <Loading>{children}</Loading>
  return (
    <ErrorLine problem={new ApiProblem({ code: 'offline' })}>
      <Button size="small" onClick={() => location.reload()}>
        {text.value.reload}
      </Button>
    </ErrorLine>
  )
}
