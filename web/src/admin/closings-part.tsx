import './closing.css'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Closing, NamedClosing } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Select } from '../ui/choices.tsx'
import { pagedList } from '../ui/paged-list.ts'
import type { PagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { EmptyState } from '../ui/states.tsx'
import { ClosingRow } from './closing-row.tsx'
import { states, unfinished, withFresh } from './closings.ts'
import { text } from './closing-text.ts'

type Shown = Closing['state'] | 'all' | 'waiting'

/** How the rooms close, and those that somebody has to look at. */
export function ClosingsPart() {
  const words = text.value
  const [shown, setShown] = useState<Shown>('all')
  const list = useMemo(() => listOf(shown), [shown])
  useFreshness(list)
  return (
    <>
      <Select
        label={words.show}
        value={shown}
        onChoose={setShown}
        choices={[
          { value: 'all', label: words.all },
          { value: 'waiting', label: words.waiting },
          ...states.map((value) => ({ value, label: words.states[value] })),
        ]}
      />
      <PagedView
        list={list}
        skeleton={<ClosingsSkeleton />}
        empty={<EmptyState icon="receipt" title={emptyWords(shown)} />}
      >
        {(closings) => (
          <ul class="closing-list">
            {closings.map((closing) => (
              <ClosingRow key={closing.room} closing={closing} />
            ))}
          </ul>
        )}
      </PagedView>
    </>
  )
}

function emptyWords(shown: Shown): string {
  const { none, noneWaiting, noneInState } = text.value
  if (shown === 'all') return none
  return shown === 'waiting' ? noneWaiting : noneInState
}

function listOf(shown: Shown): PagedList<NamedClosing> {
  const wanted = shown === 'all' ? {} : shown === 'waiting' ? { accepted: 'no' as const } : { state: shown }
  return pagedList(
    (cursor) => api.admin.closings({ ...wanted, cursor }),
    ({ room }) => room,
  )
}

const everyMs = 3000

/** Those that still move are asked about again, while somebody looks. What fails is passed over: the next time will do. */
function useFreshness(list: PagedList<NamedClosing>): void {
  useEffect(() => {
    const look = async (): Promise<void> => {
      if (document.hidden) return
      const rooms = unfinished(list.items.peek() ?? [])
      const answers = await Promise.allSettled(rooms.map((room) => api.rooms.closing(room)))
      const fresh = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
      if (fresh.length > 0) list.change((items) => withFresh(items, fresh))
    }
    const timer = setInterval(() => void look(), everyMs)
    return () => clearInterval(timer)
  }, [list])
}

function ClosingsSkeleton() {
  return (
    <div class="closing-list">
      {Array.from({ length: 4 }, (_, place) => (
        <Skeleton key={place} height="5.25rem" radius="var(--radius)" />
      ))}
    </div>
  )
}
