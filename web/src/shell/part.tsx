import type { ComponentType } from 'preact'
import lazy from 'preact-iso/lazy'
import { ApiProblem } from '../api/problem.ts'
import { ErrorState } from '../ui/states.tsx'
import { isOutdated, reloadOnce } from './build.ts'
import { Page } from './page.tsx'
import { text } from './text.ts'

/** A part of the client that comes when it is first looked at. Parts of an old build are gone: then the new one is loaded, once. */
export function part<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(() => load().catch(instead))
}

async function instead(): Promise<() => ReturnType<typeof PartMissing>> {
  const isGone = await isOutdated()
  // Nothing more is shown of the old page.
  if (isGone && reloadOnce()) return new Promise(() => {})
  return PartMissing
}

/** A module that failed to load fails for as long as the page lives: only loading the page again helps, which gives up pictures that are on their way. */
export function PartMissing() {
  return (
    <Page title={text.value.partMissing} isTitleHidden>
      <ErrorState
        problem={new ApiProblem({ code: 'offline' })}
        title={text.value.partMissing}
        onRetry={() => location.reload()}
        isByHand
      />
    </Page>
  )
}
