import './receipt/receipt.css'
import { useEffect, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import { ApiProblem } from '../api/problem.ts'
import type { Receipt, SignedReceipt } from '../api/types.ts'
import { Page } from '../shell/page.tsx'
import { LinkButton } from '../ui/button.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { ClosingProgress } from './order/closing-progress.tsx'
import { Downloads } from './receipt/downloads.tsx'
import { ReceiptView } from './receipt/receipt-view.tsx'
import { text } from './receipt/text.ts'
import { Verification } from './receipt/verification.tsx'
import { client } from './wires.ts'

/** What a closed room leaves: its receipt in words, the proof of it, and what to keep. */
export function ReceiptPage() {
  const { id = '' } = useRoute().params
  return <ReceiptOf key={id} room={id} />
}

/** The receipt comes when the closing is final: until then it is asked for again, and how far it is is shown. */
const askAgainMs = 2000

function ReceiptOf({ room }: { room: string }) {
  const { signed, problem, retry } = useReceipt(room)
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
  const isMissing = problem instanceof ApiProblem && problem.code === 'not_found'
  return (
    <Page title={words.title}>
      {problem === undefined && (
        <Loading>
          <SkeletonText lines={8} />
        </Loading>
      )}
      {isMissing && (
        <>
          <ClosingProgress room={room} pulse={undefined} />
          <EmptyState icon="receipt" title={words.notYet}>
            {words.notYetHint}
          </EmptyState>
        </>
      )}
      {problem !== undefined && !isMissing && <ErrorState problem={problem} onRetry={retry} />}
    </Page>
  )
}

function useReceipt(room: string): { signed: SignedReceipt | undefined; problem: unknown; retry: () => void } {
  const [signed, setSigned] = useState<SignedReceipt | undefined>(undefined)
  const [problem, setProblem] = useState<unknown>(undefined)
  const [turn, setTurn] = useState(0)
  const retry = (): void => setTurn((before) => before + 1)
  useEffect(() => {
    let isGone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    client.rooms.receipt(room).then(
      (found) => !isGone && setSigned(found),
      (error: unknown) => {
        if (isGone) return
        setProblem(error)
        const isComing = error instanceof ApiProblem && error.code === 'not_found' && error.retryAfter !== undefined
        if (isComing) timer = setTimeout(retry, askAgainMs)
      },
    )
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [room, turn])
  return { signed, problem, retry }
}

/** Named in the header of the signature. */
function keyIdOf(jws: string): string {
  const header = (jws.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const { kid } = JSON.parse(atob(header)) as { kid?: string }
  return kid ?? ''
}
