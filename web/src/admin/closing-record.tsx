import { useMemo } from 'preact/hooks'
import { api } from '../shell/session.ts'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ActList } from './act-list.tsx'
import { text } from './closing-text.ts'

/** What was done by hand about a room, the newest first. */
export function ClosingRecord({ room }: { room: string }) {
  const words = text.value
  const list = useMemo(
    () =>
      pagedList(
        (cursor) => api.admin.acts({ room, cursor }),
        ({ id }) => id,
      ),
    [room],
  )
  return (
    <section class="closing-section">
      <h2>{words.history}</h2>
      <PagedView
        list={list}
        skeleton={<Skeleton height="3rem" radius="var(--radius)" />}
        empty={<p class="closing-hint">{words.noHistory}</p>}
      >
        {(acts) => <ActList acts={acts} />}
      </PagedView>
    </section>
  )
}
