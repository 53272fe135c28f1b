import { useState } from 'preact/hooks'
import { verifyReceipt } from '../../api/receipt.ts'
import type { ReceiptCheck, ReceiptVerdict } from '../../api/receipt.ts'
import type { SignedReceipt } from '../../api/types.ts'
import { problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress } from '../../ui/spinner.tsx'
import { client } from '../wires.ts'
import { text } from './text.ts'

type State =
  | { type: 'idle' }
  | { type: 'working'; part: number }
  | { type: 'done'; verdict: ReceiptVerdict }
  | { type: 'failed'; problem: unknown }

/** Checks a receipt here, step by step: transcript and keys are read anew, and everything is computed again. */
export function Verification({ room, signed }: { room: string; signed: SignedReceipt }) {
  const words = text.value
  const [state, setState] = useState<State>({ type: 'idle' })

  async function verify(): Promise<void> {
    setState({ type: 'working', part: 0 })
    try {
      const [keys, answer] = await Promise.all([client.rooms.receiptKeys(), client.rooms.transcript(room)])
      const transcript = new Uint8Array(await answer.arrayBuffer())
      const verdict = await verifyReceipt({ signed, keys, transcript }, (part) => setState({ type: 'working', part }))
      setState({ type: 'done', verdict })
    } catch (problem) {
      setState({ type: 'failed', problem })
    }
  }
  return (
    <section class="receipt-part" aria-live="polite">
      <h2>{words.verify}</h2>
      <p class="receipt-hint">{isSecureContext ? words.verifyHint : words.notSecure}</p>
      {state.type === 'working' && <Progress label={words.verifying} share={state.part} />}
      {state.type === 'done' && <Verdict verdict={state.verdict} />}
      {state.type === 'failed' && (
        <p class="receipt-verdict" data-state="broken">
          {words.failed} {problemText(state.problem)}
        </p>
      )}
      <Button
        icon="shield"
        isDisabled={!isSecureContext}
        isBusy={state.type === 'working'}
        onClick={() => void verify()}
      >
        {state.type === 'done' || state.type === 'failed' ? words.again : words.verify}
      </Button>
    </section>
  )
}

function Verdict({ verdict }: { verdict: ReceiptVerdict }) {
  return (
    <>
      <ol class="receipt-steps">
        {verdict.checks.map((check) => (
          <Step key={check.name} check={check} />
        ))}
      </ol>
      <p class="receipt-verdict" data-state={verdict.type}>
        {text.value.verdicts[verdict.type]}
      </p>
    </>
  )
}

function Step({ check: { name, holds, faults } }: { check: ReceiptCheck }) {
  return (
    <li data-state={holds ? 'holds' : 'broken'}>
      <Icon name={holds ? 'check' : 'close'} />
      <span>
        {text.value.checks[name]}
        <span class="visually-hidden"> {holds ? text.value.isSo : text.value.isNotSo}</span>
        {faults.map((fault) => (
          <span key={fault} class="receipt-hint" lang="en">
            {fault}
          </span>
        ))}
      </span>
    </li>
  )
}
