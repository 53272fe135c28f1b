import type { Finding } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { format } from '../text/index.ts'
import { Badge } from '../ui/badge.tsx'
import { pagedList } from '../ui/paged-list.ts'
import type { PagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { keyOfFinding, shownPayload } from './closings.ts'
import { text } from './closing-text.ts'

export function findingsOf(room: string): PagedList<Finding> {
  return pagedList((cursor) => api.admin.findings(room, { cursor }), keyOfFinding)
}

/** The rows of a closed room that are not as they were acknowledged, to be read as far as they can be. */
export function ClosingFindings({ list }: { list: PagedList<Finding> }) {
  const words = text.value
  return (
    <section class="closing-section">
      <h2>{words.findings}</h2>
      <PagedView
        list={list}
        skeleton={<Skeleton height="5rem" radius="var(--radius)" />}
        empty={<p class="closing-hint">{words.noFindings}</p>}
      >
        {(findings) => (
          <ul class="closing-list">
            {findings.map((finding) => (
              <FindingRow key={keyOfFinding(finding)} finding={finding} />
            ))}
          </ul>
        )}
      </PagedView>
    </section>
  )
}

function FindingRow({ finding }: { finding: Finding }) {
  const words = text.value
  const { kind, seq, upTo, entry, reason } = finding
  return (
    <li class="finding">
      <p class="closing-facts">
        <Badge tone={kind === 'apart' ? 'warning' : 'danger'}>{words.kinds[kind]}</Badge>
        <strong>{seq === upTo ? words.seq(seq) : words.seqs(seq, upTo)}</strong>
        {entry !== null && (
          <>
            <span>
              {words.epoch} {entry.epoch}
            </span>
            <span>{entry.kind}</span>
            <span>{nameOf(entry)}</span>
            <time datetime={entry.at}>{format.value.dateTime(entry.at)}</time>
          </>
        )}
      </p>
      {entry !== null && shownPayload(entry) !== '' && <p class="finding-payload">{shownPayload(entry)}</p>}
      {entry !== null && <code class="finding-reason">{words.hash(entry.hash)}</code>}
      {reason !== null && <code class="finding-reason">{reason}</code>}
    </li>
  )
}

function nameOf({ from }: NonNullable<Finding['entry']>): string {
  if (from === null) return text.value.roomItself
  return from.displayName === '' ? text.value.somebody : from.displayName
}
