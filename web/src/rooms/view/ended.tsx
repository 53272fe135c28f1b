import { useLayoutEffect, useRef } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { announce } from '../../ui/announcer.tsx'
import { hasLostFocus } from '../../ui/focus.ts'
import { EmptyState, ErrorLine } from '../../ui/states.tsx'
import { useAction } from '../../ui/use-action.ts'
import { hindranceOf } from '../list/room-list.ts'
import { RefusedMessages } from '../refused/refused-messages.tsx'
import { useRefused } from '../refused/use-refused.ts'
import { useRoom } from '../visit/room-context.ts'
import { text as roomText } from '../text.ts'
import type { Ended } from '../visit/room-visit.ts'
import { client } from '../wires.ts'
import { text } from './text.ts'

/** Instead of a room that one may not be in any more: said, and who was writing stands here. `onBack`: they have a seat again. */
export function EndedView({ why, onBack }: { why: Ended; onBack?: () => void }) {
  const view = useRef<HTMLDivElement>(null)
  const words = text.value
  const { visit } = useRoom()
  const refused = useRefused(visit.id)
  const room = visit.room.value
  const hindrance = room && hindranceOf(room)
  const join = useAction(async () => {
    await client.rooms.join(visit.id)
    onBack?.()
  })
  // By invitation, and asked in no more: what is known of the room is from before.
  const isHidden = isNotFound(visit.refreshTrouble.value) || isNotFound(join.problem)
  // Whether there is a seat to come back to is known with the next answer: nothing is offered, or told, that goes again. Its place is kept, so that
  // nothing moves from under a finger.
  const isKnown = onBack === undefined || visit.isEndKnown.value
  const hasPlace = why === 'kicked' || why === 'left'
  const mayComeBack = hasPlace && isKnown && room?.state === 'open' && !isHidden
  const said = {
    kicked: words.kickedOut,
    banned: words.bannedOut,
    left: words.leftOut,
    not_found: words.goneOut,
    forbidden: words.goneOut,
  }[why]
  const hint = why === 'kicked' ? words.kickedHint : undefined
  useLayoutEffect(() => {
    if (isKnown) announce(mayComeBack && hint !== undefined ? `${said} ${hint}` : said, { isUrgent: true })
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- told once
  }, [isKnown])
  useLayoutEffect(() => {
    // What is not seen any more loses it a moment later.
    if (hasLostFocus() || view.current?.querySelector('.state > button:focus')) view.current?.focus()
  }, [mayComeBack])
  return (
    <div ref={view} class="room-instead" tabIndex={-1} data-offers={mayComeBack}>
      <EmptyState
        icon="door"
        title={said}
        action={
          <>
            {hasPlace && (
              <Button
                look="main"
                isBusy={join.isBusy}
                isDisabled={hindrance !== undefined}
                onClick={() => void join.run()}
              >
                {hindrance === undefined ? roomText.value.join : roomText.value[hindrance]}
              </Button>
            )}
            <LinkButton href="/rooms">{words.backToRooms}</LinkButton>
          </>
        }
      >
        {hint}
      </EmptyState>
      {join.problem !== undefined && <ErrorLine problem={join.problem} />}
      <RefusedMessages messages={refused} />
    </div>
  )
}

function isNotFound(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === 'not_found'
}
