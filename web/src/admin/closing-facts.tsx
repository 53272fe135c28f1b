import type { ComponentChildren } from 'preact'
import type { InspectedClosing } from '../api/types.ts'
import { format } from '../text/index.ts'
import { text } from './closing-text.ts'

/** Seqs, times, attempts: what is known of a closing, in figures. */
export function ClosingFacts({ closing }: { closing: InspectedClosing }) {
  const words = text.value
  const { room, stored, lastSeq, parked, attempts, lastError, requestedBy } = closing
  const at = (moment: string): string => format.value.dateTime(moment)
  return (
    <dl class="closing-table">
      <Fact name={words.room}>
        <a href={`/rooms/${room}`}>{words.number(room)}</a>
      </Fact>
      <Fact name={words.storedUpTo}>
        {lastSeq === undefined ? words.storedSeq(stored) : words.storedSeqOf(stored, lastSeq)}
      </Fact>
      <Fact name={words.fence}>{lastSeq === undefined ? words.notFenced : format.value.number(lastSeq)}</Fact>
      <Fact name={words.buffer}>{bufferWords(closing)}</Fact>
      {closing.epoch !== undefined && <Fact name={words.epoch}>{format.value.number(closing.epoch)}</Fact>}
      <Fact name={words.parked}>{words.parkedCount(parked)}</Fact>
      <Fact name={words.attempts}>{format.value.number(attempts)}</Fact>
      {lastError !== undefined && (
        <Fact name={words.lastError}>
          <code>{lastError}</code>
        </Fact>
      )}
      <Fact name={words.next}>{closing.nextAt === null ? words.nothingNext : at(closing.nextAt)}</Fact>
      <Fact name={words.requested}>
        {at(closing.requestedAt)}
        {requestedBy !== null && ` · ${words.requestedBy(requestedBy.displayName)}`}
      </Fact>
      {closing.fencedAt !== undefined && <Fact name={words.fencedAt}>{at(closing.fencedAt)}</Fact>}
      {closing.sealedAt !== undefined && <Fact name={words.sealedAt}>{at(closing.sealedAt)}</Fact>}
      {closing.requestId !== null && (
        <Fact name={words.request}>
          <code>{closing.requestId}</code>
        </Fact>
      )}
      {closing.digest !== null && (
        <Fact name={words.digest}>
          <code>{closing.digest}</code>
        </Fact>
      )}
    </dl>
  )
}

function bufferWords({ buffer }: InspectedClosing): string {
  const { bufferGone, bufferEmpty, bufferHas } = text.value
  if (buffer === null) return bufferGone
  return buffer.head === buffer.base ? bufferEmpty(buffer.head) : bufferHas(buffer.base, buffer.head)
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
