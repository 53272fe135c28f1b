import { signal } from '@preact/signals'
import { useRef, useState } from 'preact/hooks'
import { isUnknown } from '../api/outcome.ts'
import type { Account } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { lengthOf } from '../ui/length.ts'
import { ErrorLine } from '../ui/states.tsx'
import { TextArea } from '../ui/text-area.tsx'
import { TextField } from '../ui/text-field.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { focusFault } from './focus-fault.ts'
import { PictureSetting } from './picture-setting.tsx'
import { changesOf, keepWritten, otherThan, profileOf, readWritten, unknownIn } from './profile-draft.ts'
import type { Known, Profile } from './profile-draft.ts'
import { text } from './settings-text.ts'
import { text as doorText } from './text.ts'

/** The server's bounds, in characters (src/accounts/account.ts). */
const most = { displayName: 50, bio: 500, area: 60 } as const

export function ProfilePart() {
  const account = me.value
  if (account === null || account === undefined) return null
  return (
    <>
      <PictureSetting account={account} />
      <ProfileForm key={account.id} account={account} />
    </>
  )
}

function ProfileForm({ account }: { account: Account }) {
  const words = text.value
  // What is not written here is as others made it last, who may be oneself on another device.
  const [written, setWritten] = useState(() => readWritten(account))
  const profile = { ...profileOf(account), ...written }
  const form = useRef<HTMLFormElement>(null)
  const faults = faultsOf(profile)
  const tried = lastTried.value.of === account.id ? lastTried.value.tried : nothing
  const setTried = (next: Known): void => {
    lastTried.value = { of: account.id, tried: next }
  }
  const known = { ...profileOf(account), ...tried }
  const changes = changesOf(written, known)
  const action = useAction(async () => {
    saves += 1
    setTried({ ...tried, ...unknownIn(changes) })
    const saved = await api.accounts.update(changes ?? {}).catch((error: unknown) => {
      // What was refused has not arrived.
      if (!isUnknown(error)) setTried(tried)
      throw error
    })
    if (me.peek()?.id !== saved.id) return
    me.value = saved
    setTried({})
    // What was written meanwhile stays, here and in the form that one has come back to.
    setWritten((since) => otherThan(written, since))
    keepWritten(saved, otherThan(written, readWritten(saved)))
    toast({ text: text.value.saved })
  })
  // One that was begun in a form that one has left is waited for here.
  const isBusy = action.isBusy || isSaving.value

  function write(changed: Partial<Profile>): void {
    const next = otherThan(known, { ...written, ...changed })
    setWritten(next)
    keepWritten(account, next, known)
  }
  async function discard(): Promise<void> {
    action.forget()
    setWritten({})
    keepWritten(account, {})
    if (Object.keys(tried).length === 0) return
    // It may have arrived: then that is what is there, and not what was known before, unless something was saved since.
    const before = saves
    const found = await api.accounts.me().catch(() => undefined)
    if (found === undefined || found.id !== me.peek()?.id || saves !== before) return
    me.value = found
    setTried({})
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (isSaving.peek()) return
    const isRight = Object.values(faults).every((fault) => fault === undefined)
    isSaving.value = isRight
    const isSaved = isRight && (await action.run())
    isSaving.value = false
    if (!isSaved) focusFault(form.current)
  }

  return (
    <form ref={form} class="settings-form" noValidate onSubmit={(event) => void submit(event)}>
      <TextField
        label={doorText.value.displayName}
        hint={doorText.value.displayNameHint}
        error={faults.displayName}
        name="name"
        autocomplete="nickname"
        most={most.displayName}
        value={profile.displayName}
        onInput={(displayName) => write({ displayName })}
      />
      <TextArea
        label={words.bio}
        isOptional
        hint={words.bioHint}
        error={faults.bio}
        rows={3}
        most={most.bio}
        value={profile.bio}
        onInput={(bio) => write({ bio })}
      />
      <TextField
        label={words.area}
        isOptional
        hint={words.areaHint}
        error={faults.area}
        name="area"
        autocomplete="address-level3"
        most={most.area}
        value={profile.area}
        onInput={(area) => write({ area })}
      />
      {action.problem !== undefined && <ErrorLine problem={action.problem} />}
      <p class="settings-form-foot">
        <Button type="submit" look="main" isBusy={isBusy}>
          {words.save}
        </Button>
        {changes !== undefined && !isBusy && (
          <>
            <Button look="quiet" onClick={() => void discard()}>
              {words.discard}
            </Button>
            <span>{words.unsaved}</span>
          </>
        )}
      </p>
    </form>
  )
}

const nothing: Known = {}
/**
 * Sent and not answered, and by whom: it may have arrived, so that it is sent again also where it was changed back. It outlives the form, which one may leave before
 * the answer comes, until the page is loaded again and the account read with it.
 */
const lastTried = signal<{ of: string; tried: Known }>({ of: '', tried: nothing })
const isSaving = signal(false)
/** How often something was saved. */
let saves = 0

function faultsOf({ displayName, bio, area }: Profile): { [Field in keyof Profile]: string | undefined } {
  const { faults } = doorText.value
  const nameLength = lengthOf(displayName.trim())
  return {
    displayName: nameLength < 1 || nameLength > most.displayName ? faults.displayName : undefined,
    bio: lengthOf(bio.trim()) > most.bio ? faults.bio : undefined,
    area: lengthOf(area.trim()) > most.area ? faults.area : undefined,
  }
}
