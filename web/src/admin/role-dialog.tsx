import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import type { Account, HeldRole, RoleHistory } from '../api/types.ts'
import { PersonChip } from '../person/person-chip.tsx'
import { api, me } from '../shell/session.ts'
import { findOutWhoIsHere } from '../shell/session-life.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/choices.tsx'
import { confirm } from '../ui/confirm.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { ErrorLine, ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { RoleRecord } from './role-record.tsx'
import { text } from './text.ts'

type Role = Account['role']
const roles = ['member', 'mentor', 'admin'] as const

interface RoleDialogProps {
  username: string
  onChanged: (person: HeldRole) => void
  onClose: () => void
}

/** Somebody's role, how it came, and another one to give. */
export function RoleDialog({ username, onChanged, onClose }: RoleDialogProps) {
  const words = text.value
  const [person, setPerson] = useState<RoleHistory | undefined>(undefined)
  const [wished, setWished] = useState<Role | undefined>(undefined)
  const reading = useAction(async () => setPerson(await api.admin.person(username)))
  const giving = useAction(async (role: Role) => {
    await api.admin.setRole(username, role)
    const changed = await api.admin.person(username)
    setPerson(changed)
    setWished(undefined)
    onChanged(changed)
    toast({ text: text.value.given(changed.displayName, role) })
    if (changed.id === me.value?.id) await findOutWhoIsHere()
  })
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each person
  useEffect(() => void reading.run(), [username])

  async function give(role: Role): Promise<void> {
    if (person !== undefined && (await isSure(person, role))) await giving.run(role)
  }
  const isChange = person !== undefined && wished !== undefined && wished !== person.role
  const footer = (
    <>
      <Button onClick={onClose}>{words.close}</Button>
      {isChange && (
        <Button look="main" isBusy={giving.isBusy} onClick={() => void give(wished)}>
          {words.give(wished)}
        </Button>
      )}
    </>
  )
  return (
    <Dialog title={words.changeRole(person?.displayName ?? `@${username}`)} onClose={onClose} footer={footer}>
      {person === undefined ? (
        <Unread problem={reading.problem} onRetry={() => void reading.run()} />
      ) : (
        <div class="role-sheet">
          <PersonChip person={person} />
          <Segmented
            label={words.role}
            isLabelHidden
            value={wished ?? person.role}
            onChoose={setWished}
            choices={roles.map((value) => ({ value, label: words.roles[value] }))}
          />
          <p class="role-may">{words.may[wished ?? person.role]}</p>
          {giving.problem !== undefined && <Refused problem={giving.problem} />}
          <RoleRecord person={person} />
        </div>
      )}
    </Dialog>
  )
}

function isSure(person: RoleHistory, role: Role): Promise<boolean> {
  const words = text.value
  const isMyself = person.id === me.value?.id
  return confirm({
    title: words.sureTitle(person.displayName, role),
    body: isMyself ? words.sureMyself : words.sureBody[role],
    yes: words.give(role),
    isDangerous: isMyself || role === 'admin',
  })
}

function Unread({ problem, onRetry }: { problem: unknown; onRetry: () => void }) {
  if (problem === undefined) {
    return (
      <Loading>
        <SkeletonText lines={5} />
      </Loading>
    )
  }
  const isNobody = problem instanceof ApiProblem && problem.code === 'not_found'
  return isNobody ? <p>{text.value.gone}</p> : <ErrorState problem={problem} onRetry={onRetry} />
}

function Refused({ problem }: { problem: unknown }) {
  const isLast = problem instanceof ApiProblem && problem.code === 'conflict'
  return isLast ? (
    <p class="error-line" role="alert">
      {text.value.lastAdmin}
    </p>
  ) : (
    <ErrorLine problem={problem} />
  )
}
