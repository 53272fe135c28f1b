import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { Page } from './page.tsx'
import { text } from './text.ts'

/** For addresses that nothing is at, and for things that are gone. */
export function NotFound() {
  const words = text.value
  return (
    <Page title={words.notFoundTitle} isTitleHidden>
      <EmptyState icon="leaf" title={words.notFoundTitle} action={<LinkButton href="/">{words.toTimeline}</LinkButton>}>
        <p>{words.notFound}</p>
      </EmptyState>
    </Page>
  )
}
