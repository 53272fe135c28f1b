import { useState } from 'preact/hooks'
import { ApiProblem } from '../../api/problem.ts'
import type { Invitation } from '../../api/types.ts'
import { PersonChip } from '../../person/person-chip.tsx'
import { format, problemText } from '../../text/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-state.ts'
import { client } from '../wires.ts'
import { PagedList } from './paged-list.tsx'
import { text } from './text.ts'
import { usePaged } from './use-paged.ts'

/** Asks people into a room, and shows who is. */
export function InvitationsDialog({ room, onClose }: { room: string; onClose: () => void }) {
  const words = text.value
  const invitations = usePaged<Invitation>((cursor) => client.rooms.invitations(room, { cursor, limit: 50 }))
  return (
    <Dialog title={words.invitations} onClose={onClose}>
      <InviteForm room={room} onInvited={invitations.reload} />
      <PagedList list={invitations} empty={<EmptyState icon="person-plus" title={words.nobodyInvited} />}>
        {invitations.items?.map((invitation) => (
          <li key={invitation.username} class="order-person">
            <div>
              <PersonChip person={invitation} size="small" />
              <p class="order-note">
                {words.bannedBy(invitation.by.displayName, format.value.date(invitation.invitedAt))}
              </p>
            </div>
            <TakeBack
              room={room}
              username={invitation.username}
              onDone={() => invitations.without(({ username }) => username === invitation.username)}
            />
          </li>
        ))}
      </PagedList>
    </Dialog>
  )
}

function InviteForm({ room, onInvited }: { room: string; onInvited: () => void }) {
  const words = text.value
  const [username, setUsername] = useState('')
  const [error, setError] = useState<string | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)

  async function invite(): Promise<void> {
    const name = username.trim().replace(/^@/, '').toLowerCase()
    if (name === '') return
    setBusy(true)
    setError(undefined)
    try {
      await client.rooms.invite(room, name)
      setUsername('')
      toast({ text: words.invited(name) })
      onInvited()
    } catch (problem) {
      const isNobody = problem instanceof ApiProblem && ['not_found', 'bad_input'].includes(problem.code)
      setError(isNobody ? words.notThere : problemText(problem))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class="order-invite"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) void invite()
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
        error={error}
        onInput={setUsername}
      />
      <Button look="main" type="submit" isBusy={isBusy}>
        {words.invite}
      </Button>
    </form>
  )
}

function TakeBack({ room, username, onDone }: { room: string; username: string; onDone: () => void }) {
  const [isBusy, setBusy] = useState(false)
  async function takeBack(): Promise<void> {
    setBusy(true)
    try {
      await client.rooms.uninvite(room, username)
      onDone()
    } catch (error) {
      toast({ text: problemText(error), tone: 'danger' })
      setBusy(false)
    }
  }
  return (
    <Button
      size="small"
      isBusy={isBusy}
      aria-label={`${text.value.uninvite}: ${username}`}
      onClick={() => void takeBack()}
    >
      {text.value.uninvite}
    </Button>
  )
}
