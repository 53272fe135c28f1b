import './admin.css'
import { useRoute } from 'preact-iso/router'
import { NotFound } from '../shell/not-found.tsx'
import { Page } from '../shell/page.tsx'
import { me } from '../shell/session.ts'
import { LinkTabs } from '../ui/tabs.tsx'
import { AuditPart } from './audit-part.tsx'
import { ClosingPage } from './closing-page.tsx'
import { ClosingsPart } from './closings-part.tsx'
import { JobsPart } from './jobs-part.tsx'
import { PeoplePart } from './people-part.tsx'
import { text } from './text.ts'

const parts = { people: PeoplePart, closings: ClosingsPart, jobs: JobsPart, audit: AuditPart } as const
type PartName = keyof typeof parts
const names = Object.keys(parts) as PartName[]

/** For admins; for everybody else there is nothing here. The server decides by itself who may do what. */
export function AdminPage() {
  const { params } = useRoute()
  const asked = params['part'] ?? 'people'
  const id = params['id']
  const name = names.find((one) => one === asked)
  if (name === undefined || me.value?.role !== 'admin') return <NotFound />
  if (id !== undefined) return name === 'closings' ? <ClosingPage key={id} room={id} /> : <NotFound />
  const Part = parts[name]
  const links = names.map((one) => ({
    href: one === 'people' ? '/admin' : `/admin/${one}`,
    label: text.value.parts[one],
    isCurrent: one === name,
  }))
  return (
    <Page title={text.value.title}>
      <LinkTabs label={text.value.title} links={links} />
      <div class="admin-part">
        <Part />
      </div>
    </Page>
  )
}
