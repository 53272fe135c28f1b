import './audit.css'
import { useMemo, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import type { Act } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/choices.tsx'
import { Icon } from '../ui/icon.tsx'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { SaveButton } from '../ui/save-button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { EmptyState } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { ActList } from './act-list.tsx'
import { everything, isEverything, wantedBy } from './audit-filter.ts'
import type { ActFilter } from './audit-filter.ts'
import { text } from './audit-text.ts'

/** What was done by the power of a role, and by whom. */
export function AuditPart() {
  const words = text.value
  const [filter, setFilter] = useState(everything)
  const list = useMemo(() => listOf(filter), [filter])
  const isNobody = list.problem.value instanceof ApiProblem && list.problem.value.code === 'not_found'
  return (
    <>
      <p class="audit-intro">{words.intro}</p>
      <Select
        label={words.action}
        value={filter.action}
        onChoose={(action) => setFilter({ ...filter, action })}
        choices={[
          { value: 'all', label: words.all },
          ...Object.entries(words.actions).map(([value, label]) => ({ value: value as Act['action'], label })),
        ]}
      />
      <Narrowing filter={filter} onApply={setFilter} />
      {isNobody ? (
        <EmptyState icon="search" title={words.nobody} />
      ) : (
        <PagedView
          list={list}
          skeleton={<AuditSkeleton />}
          empty={<EmptyState icon="shield" title={isEverything(filter) ? words.none : words.noneSo} />}
        >
          {(acts) => <ActList acts={acts} />}
        </PagedView>
      )}
    </>
  )
}

function Narrowing({ filter, onApply }: { filter: ActFilter; onApply: (filter: ActFilter) => void }) {
  const words = text.value
  const [typed, setTyped] = useState(filter)
  const change = (part: Partial<ActFilter>): void => setTyped({ ...typed, ...part })
  const name = { autocapitalize: 'none', spellcheck: false, prefix: '@', hint: words.usernameHint } as const
  return (
    <details class="audit-narrow">
      <summary>
        {words.narrow}
        <Icon name="chevron-down" />
      </summary>
      <form
        class="audit-form"
        onSubmit={(event) => {
          event.preventDefault()
          onApply({ ...typed, action: filter.action })
        }}
      >
        <TextField
          {...name}
          label={words.doneBy}
          isOptional
          value={typed.actor}
          onInput={(actor) => change({ actor })}
        />
        <TextField
          {...name}
          label={words.person}
          isOptional
          value={typed.person}
          onInput={(person) => change({ person })}
        />
        <TextField type="date" label={words.from} isOptional value={typed.from} onInput={(from) => change({ from })} />
        <TextField type="date" label={words.to} isOptional value={typed.to} onInput={(to) => change({ to })} />
        <div class="audit-buttons">
          <Button type="submit" look="main">
            {words.apply}
          </Button>
          <Button
            onClick={() => {
              setTyped(everything)
              onApply(everything)
            }}
          >
            {words.clear}
          </Button>
          <SaveButton
            label={words.save}
            name="audit.ndjson"
            read={async () => (await api.admin.exportActs(wantedBy({ ...typed, action: filter.action }))).blob()}
          />
        </div>
      </form>
    </details>
  )
}

function listOf(filter: ActFilter) {
  return pagedList(
    (cursor) => api.admin.acts({ ...wantedBy(filter), cursor }),
    ({ id }: Act) => id,
  )
}

function AuditSkeleton() {
  return (
    <div class="act-list">
      {Array.from({ length: 5 }, (_, place) => (
        <Skeleton key={place} height="3.5rem" radius="var(--radius)" />
      ))}
    </div>
  )
}
