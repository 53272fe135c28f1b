import type { ComponentChildren } from 'preact'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { Frame } from './frame.tsx'
import { me } from './session.ts'
import { findOutWhoIsHere, troubleAtTheDoor } from './session-life.ts'
import { Page } from './page.tsx'
import { text } from './text.ts'

export interface DoorProps {
  /** The pages of who is signed in, inside the frame. */
  members: ComponentChildren
  /** What everybody else sees. */
  visitors: ComponentChildren
}

/** Lets in who is signed in. An address that was asked for stays, so one comes to it by signing in. */
export function Door({ members, visitors }: DoorProps) {
  if (me.value === null) return <>{visitors}</>
  return <Frame>{me.value === undefined ? <Waiting /> : members}</Frame>
}

function Waiting() {
  const problem = troubleAtTheDoor.value
  return (
    <Page title={text.value.name} isTitleHidden>
      {problem === undefined ? (
        <Loading>
          <SkeletonText lines={4} />
        </Loading>
      ) : (
        <ErrorState problem={problem} onRetry={findOutWhoIsHere} />
      )}
    </Page>
  )
}
