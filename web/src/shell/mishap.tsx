import { Component } from 'preact'
import type { ComponentChildren } from 'preact'
import { ApiProblem } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/states.tsx'
import { Page } from './page.tsx'
import { text } from './text.ts'

interface Props {
  /** Another address is another chance. */
  address: string
  children: ComponentChildren
}
interface State {
  thrown?: { error: unknown; address: string }
}

/** Around the pages: one that breaks does not take the frame with it. */
export class MishapBoundary extends Component<Props, State> {
  override componentDidCatch(error: unknown): void {
    // The only trace of our own mistakes, for who reports them.
    console.error(error)
    this.setState({ thrown: { error, address: this.props.address } })
  }

  override render() {
    const { thrown } = this.state
    if (thrown === undefined || thrown.address !== this.props.address) return this.props.children
    return <Mishap error={thrown.error} />
  }
}

function Mishap({ error }: { error: unknown }) {
  const words = text.value
  return (
    <Page title={words.mishapTitle} isTitleHidden>
      <ErrorState problem={error} {...(error instanceof ApiProblem ? {} : { title: words.mishapTitle })}>
        <p>{words.mishap}</p>
        <Button look="main" icon="refresh" onClick={() => location.reload()}>
          {words.reload}
        </Button>
      </ErrorState>
    </Page>
  )
}
