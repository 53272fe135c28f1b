import { useMemo, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { Invitation } from '../../api/types.ts'
import { problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { pagedList } from '../../ui/paged-list.ts'
import { EmptyState } from '../../ui/states.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-state.ts'
import { useAction } from '../../ui/use-action.ts'
import { client } from '../wires.ts'
import { PeopleList } from './people-list.tsx'
import { text } from './text.ts'

/** Asks people into a room, and shows who is. */
export function InvitationsDialog({ room, onClose }: { room: string; onClose: () => void }) {
  const words = text.value
  const invitations = useMemo(() => listOf(room), [room])
  return (
    <Dialog title={words.invitations} onClose={onClose}>
      <InviteForm room={room} onInvited={() => void invitations.reload()} />
      <PeopleList
        list={invitations}
        empty={<EmptyState icon="person-plus" title={words.nobodyInvited} />}
        cause={({ by, invitedAt }) => ({ by, at: invitedAt })}
        undo={{ label: words.uninvite, work: (username) => client.rooms.uninvite(room, username) }}
      />
    </Dialog>
  )
}

function listOf(room: string) {
  return pagedList<Invitation>(
    (cursor) => client.rooms.invitations(room, { cursor, limit: 50 }),
    ({ username }) => username,
  )
}

function InviteForm({ room, onInvited }: { room: string; onInvited: () => void }) {
  const words = text.value
  const [username, setUsername] = useState('')
  const action = useAction(async (name: string) => {
    await client.rooms.invite(room, name)
    setUsername('')
    toast({ text: words.invited(name) })
    onInvited()
  })

  function invite(): void {
    const name = username.trim().replace(/^@/, '').toLowerCase()
    if (name !== '') void action.run(name)
  }
  return (
    <form
      class="order-invite"
      onSubmit={(event) => {
        event.preventDefault()
        invite()
      }}
    >
      <TextField
        label={words.inviteLabel}
        hint={words.inviteHint}
        prefix="@"
        value={username}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        error={action.problem === undefined ? undefined : refusalOf(action.problem)}
        onInput={(value) => {
          setUsername(value)
          action.forget()
        }}
      />
      <Button look="main" type="submit" isBusy={action.isBusy}>
        {words.invite}
      </Button>
    </form>
  )
}

/** A name that no account can have is just nobody's. */
function refusalOf(problem: unknown): string {
  const isNobody = problem instanceof ApiProblem && ['not_found', 'bad_input'].includes(problem.code)
  return isNobody ? text.value.notThere : problemText(problem)
}
