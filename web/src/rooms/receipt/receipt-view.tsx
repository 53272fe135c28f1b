import type { ComponentChildren } from 'preact'
import type { Receipt } from '../../api/types.ts'
import { format } from '../../text/index.ts'
import { Icon } from '../../ui/icon.tsx'
import { text } from './text.ts'

/** What a receipt says, in words. */
export function ReceiptView({ receipt, keyId }: { receipt: Receipt; keyId: string }) {
  return (
    <article class="receipt-paper">
      <Seal receipt={receipt} />
      <Facts receipt={receipt} />
      <PerSender receipt={receipt} />
      <Proof receipt={receipt} keyId={keyId} />
    </article>
  )
}

function Seal({ receipt }: { receipt: Receipt }) {
  const words = text.value
  const { state, messages, perSender } = receipt
  return (
    <header class="receipt-seal" data-state={state}>
      <span class="receipt-stamp">
        <Icon name={state === 'sealed' ? 'shield' : 'alert'} />
        {words.states[state]}
      </span>
      <p class="receipt-said">{words.said(messages, perSender.length)}</p>
      <p>{words.meanings[state]}</p>
    </header>
  )
}

function Facts({ receipt }: { receipt: Receipt }) {
  const words = text.value
  const { openedAt, closedAt, sealedAt, entries, firstSeq, lastSeq } = receipt
  return (
    <dl class="receipt-facts">
      <Fact name={words.opened}>{format.value.dateTime(openedAt)}</Fact>
      <Fact name={words.closed}>{format.value.dateTime(closedAt)}</Fact>
      <Fact name={words.sealedAt}>{format.value.dateTime(sealedAt)}</Fact>
      <Fact name={words.entries}>
        {words.entriesText(entries, firstSeq, lastSeq)}
        <span class="receipt-hint">{words.entriesHint}</span>
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function PerSender({ receipt: { perSender } }: { receipt: Receipt }) {
  const words = text.value
  if (perSender.length === 0) return null
  const most = Math.max(...perSender.map(({ messages }) => messages))
  return (
    <table class="receipt-senders">
      <caption>{words.perSender}</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{words.person}</th>
          <th scope="col">{words.messages}</th>
        </tr>
      </thead>
      <tbody>
        {perSender
          .toSorted((a, b) => b.messages - a.messages)
          .map(({ sender, name, messages }) => (
            <tr key={sender}>
              <th scope="row">{name === '' ? words.somebody : name}</th>
              <td>
                <meter min={0} max={most} value={messages} aria-hidden="true" />
                <span>{format.value.number(messages)}</span>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

function Proof({ receipt, keyId }: { receipt: Receipt; keyId: string }) {
  const words = text.value
  const { digest, transcript, durability, epochs, incidents } = receipt
  return (
    <section class="receipt-proof">
      <h2>{words.proof}</h2>
      <dl class="receipt-facts">
        <Fact name={words.digest}>
          <code>{digest}</code>
        </Fact>
        <Fact name={words.transcriptDigest}>
          <code>{transcript.sha256}</code>
        </Fact>
        <Fact name={words.key}>
          <code>{keyId}</code>
        </Fact>
        <Fact name={words.durability}>
          <code>{durability}</code>
        </Fact>
        {(epochs.length > 1 || epochs.some(({ suspect }) => suspect !== undefined)) && (
          <Fact name={words.epochs}>
            {epochs.map(({ epoch, firstSeq, lastSeq, suspect }) => (
              <span key={epoch} class="receipt-line">
                {words.epoch(epoch, firstSeq, lastSeq)}
                {suspect !== undefined && <strong> {words.suspectRange(suspect.from, suspect.to)}</strong>}
              </span>
            ))}
          </Fact>
        )}
        {incidents.length > 0 && (
          <Fact name={words.incidents}>
            {incidents.map((incident) => (
              <span key={incident} class="receipt-line" lang="en">
                {incident}
              </span>
            ))}
          </Fact>
        )}
      </dl>
    </section>
  )
}
