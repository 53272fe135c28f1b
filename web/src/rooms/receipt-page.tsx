import './receipt/receipt.css'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import type { Receipt, SignedReceipt } from '../api/types.ts'
import { Page } from '../shell/page.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { ClosingView } from './order/closing-progress.tsx'
import { isFinal } from '../api/closing.ts'
import { useClosing } from './order/use-closing.ts'
import { Downloads } from './receipt/downloads.tsx'
import { ReceiptView } from './receipt/receipt-view.tsx'
import { text } from './receipt/text.ts'
import { useRoomWithoutClosing } from './receipt/use-room-without-closing.ts'
import type { WithoutClosing } from './receipt/use-room-without-closing.ts'
import { Verification } from './receipt/verification.tsx'
import { client } from './wires.ts'

/** What a closed room leaves: its receipt in words, the proof of it, and what to keep. */
export function ReceiptPage() {
  const { id = '' } = useRoute().params
  return <ReceiptOf key={id} room={id} />
}

function ReceiptOf({ room }: { room: string }) {
  const [news, setNews] = useState(0)
  const look = useClosing(room, news)
  const without = useRoomWithoutClosing(
    room,
    look,
    useCallback(() => setNews((before) => before + 1), []),
  )
  const isThere = look.closing !== undefined && isFinal(look.closing) && look.closing.state !== 'quarantined'
  const { signed, problem, retry } = useReceipt(room, isThere)
  const words = text.value
  const receipt = signed?.content as Receipt | undefined
  if (signed !== undefined && receipt !== undefined) {
    return (
      <Page title={words.of(receipt.name)}>
        <div class="receipt">
          <ReceiptView receipt={receipt} keyId={keyIdOf(signed.jws)} />
          <Verification room={room} signed={signed} />
          <Downloads room={room} signed={signed} />
          <p class="receipt-ways">
            <LinkButton look="quiet" icon="rooms" href={`/rooms/${room}`}>
              {words.toRoom}
            </LinkButton>
            <LinkButton look="quiet" icon="arrow-left" href="/rooms">
              {words.back}
            </LinkButton>
          </p>
        </div>
      </Page>
    )
  }
  if (without !== undefined && without !== 'unknown') return <NoReceipt room={room} why={without} />
  const isWaiting = without === 'unknown' || look.hasTrouble || (look.closing !== undefined && !isThere)
  return (
    <Page title={words.title}>
      {isWaiting && (
        <>
          <ClosingView room={room} closing={look.closing} hasTrouble={look.hasTrouble} />
          <EmptyState icon="receipt" title={words.notYet}>
            {words.notYetHint}
          </EmptyState>
        </>
      )}
      {!isWaiting && problem === undefined && (
        <Loading>
          <SkeletonText lines={8} />
        </Loading>
      )}
      {problem !== undefined && <ErrorState problem={problem} onRetry={retry} />}
    </Page>
  )
}

/** It comes by itself when the room is closed, or is mine to read. */
function NoReceipt({ room, why }: { room: string; why: Exclude<WithoutClosing, 'unknown' | undefined> }) {
  const words = text.value
  const isThere = why !== 'not_there'
  const { title, hint } = words.without[why]
  return (
    <Page title={words.title}>
      <EmptyState
        icon={why === 'open' ? 'receipt' : 'door'}
        title={title}
        action={
          <LinkButton look="quiet" icon={isThere ? 'rooms' : 'arrow-left'} href={isThere ? `/rooms/${room}` : '/rooms'}>
            {isThere ? words.toTheRoom : words.back}
          </LinkButton>
        }
      >
        {hint}
      </EmptyState>
    </Page>
  )
}

/** Asked for once it is there: the server tells how far the closing is, and does not have to refuse. */
function useReceipt(room: string, isThere: boolean) {
  const [signed, setSigned] = useState<SignedReceipt | undefined>(undefined)
  const [problem, setProblem] = useState<unknown>(undefined)
  const read = useCallback(() => client.rooms.receipt(room).then(setSigned, setProblem), [room])
  useEffect(() => {
    if (isThere) void read()
  }, [isThere, read])
  return { signed, problem, retry: read }
}

/** Named in the header of the signature. */
function keyIdOf(jws: string): string {
  const header = (jws.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const { kid } = JSON.parse(atob(header)) as { kid?: string }
  return kid ?? ''
}
