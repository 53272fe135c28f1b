import { useLayoutEffect, useRef } from 'preact/hooks'
import { announce } from '../../ui/announcer.tsx'
import { hasLostFocus } from '../../ui/focus.ts'
import { EmptyState } from '../../ui/states.tsx'
import { RefusedMessages } from '../refused/refused-messages.tsx'
import { useRefused } from '../refused/use-refused.ts'
import { useRoom } from '../visit/room-context.ts'
import type { Ended } from '../visit/room-visit.ts'
import { text } from './text.ts'

/** Instead of a room that one may not be in any more: said at once, and who was writing stands here. */
export function EndedView({ why }: { why: Ended }) {
  const view = useRef<HTMLDivElement>(null)
  const words = text.value
  const refused = useRefused(useRoom().visit.id)
  const said = {
    kicked: words.kickedOut,
    banned: words.bannedOut,
    left: words.leftOut,
    not_found: words.goneOut,
    forbidden: words.goneOut,
  }[why]
  useLayoutEffect(() => {
    announce(said, { isUrgent: true })
    if (hasLostFocus()) view.current?.focus()
  }, [said])
  return (
    <div ref={view} class="room-instead" tabIndex={-1}>
      <EmptyState icon="door" title={said} action={<BackToRooms />} />
      <RefusedMessages messages={refused} />
    </div>
  )
}

function BackToRooms() {
  return (
    <a class="button button-plain" href="/rooms">
      {text.value.backToRooms}
    </a>
  )
}
