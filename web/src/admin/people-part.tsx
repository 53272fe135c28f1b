import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Account, HeldRole, Person } from '../api/types.ts'
import { PeopleSkeleton } from '../people/people-list.tsx'
import { PeopleSearch } from '../person/people-search.ts'
import { api } from '../shell/session.ts'
import { Segmented } from '../ui/choices.tsx'
import { isComposing } from '../ui/hotkeys.ts'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { EmptyState } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { PeopleRows } from './people-rows.tsx'
import { text } from './text.ts'

type Shown = Account['role'] | 'all'

/** Who may do what: found by name or by role, and changed. */
export function PeoplePart() {
  const words = text.value
  const [typed, setTyped] = useState('')
  const [shown, setShown] = useState<Shown>('all')
  const [chosen, setChosen] = useState<string | undefined>(undefined)
  const list = useMemo(() => listOf(shown), [shown])
  const found = useFound(typed.trim())

  function onChanged(person: HeldRole): void {
    list.change((people) => people.map((one) => (one.id === person.id ? { ...one, role: person.role } : one)))
  }
  return (
    <>
      <TextField
        label={words.find}
        hint={words.findHint}
        type="search"
        icon="search"
        autocapitalize="none"
        spellcheck={false}
        value={typed}
        onInput={setTyped}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !isComposing(event) && /^@?\w{3,30}$/.test(typed.trim()))
            setChosen(typed.trim().replace('@', ''))
        }}
      />
      {found === undefined ? (
        <>
          <Segmented
            label={words.withRole}
            isLabelHidden
            value={shown}
            onChoose={setShown}
            choices={[
              { value: 'all', label: words.everybody },
              { value: 'admin', label: words.plural.admin },
              { value: 'mentor', label: words.plural.mentor },
              { value: 'member', label: words.plural.member },
            ]}
          />
          <PagedView
            list={list}
            skeleton={<PeopleSkeleton />}
            empty={<EmptyState icon="people" title={words.nobody} />}
          >
            {(people) => <PeopleRows people={people} onChoose={setChosen} />}
          </PagedView>
        </>
      ) : found.length === 0 ? (
        <EmptyState icon="search" title={words.nobodyFound} />
      ) : (
        <PeopleRows people={found} onChoose={setChosen} />
      )}
      {chosen !== undefined && (
        <RoleDialog username={chosen} onChanged={onChanged} onClose={() => setChosen(undefined)} />
      )}
    </>
  )
}

function listOf(shown: Shown) {
  const role = shown === 'all' ? {} : { role: shown }
  return pagedList(
    (cursor) => api.admin.people({ ...role, cursor }),
    ({ id }: HeldRole) => id,
  )
}

/** Who is called so; undefined while nothing is sought. */
function useFound(typed: string): readonly Person[] | undefined {
  const [found, setFound] = useState<readonly Person[] | undefined>(undefined)
  const search = useMemo(
    () => new PeopleSearch<Person>({ ask: (q, signal) => api.people.find({ q }, signal), onFound: setFound }),
    [],
  )
  useEffect(() => {
    const name = typed.replace(/^@/, '')
    if (name === '') {
      search.stop()
      setFound(undefined)
    } else search.look(name)
    return () => search.stop()
  }, [typed, search])
  return typed === '' ? undefined : found
}
