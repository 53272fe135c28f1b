import type { Account } from '../api/types.ts'
import { draftKey, keepDraftText, keptDraft } from '../shell/kept-drafts.ts'

/** What a member writes about themselves. */
export type Profile = Pick<Account, 'displayName' | 'bio' | 'area'>

const fields = ['displayName', 'bio', 'area'] as const

export function profileOf({ displayName, bio, area }: Account): Profile {
  return { displayName, bio, area }
}

/** What the server has, as far as it is known. */
export type Known = { [Field in keyof Profile]?: Profile[Field] | undefined }

/** Of what was written, that which differs from what the server has, as it is saved; undefined where nothing does. */
export function changesOf(written: Partial<Profile>, known: Known): Partial<Profile> | undefined {
  const all = fields.map((field) => [field, written[field]?.trim() ?? known[field]] as const)
  const changed = all.filter(([field, value]) => value !== known[field])
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}

/** While these are on their way, and where no answer comes. */
export function unknownIn(sent: Partial<Profile> = {}): Known {
  return Object.fromEntries(Object.keys(sent).map((field) => [field, undefined]))
}

/** What is written otherwise than there. */
export function otherThan(there: Known, written: Partial<Profile>): Partial<Profile> {
  const others = fields.filter((field) => written[field] !== undefined && written[field] !== there[field])
  return Object.fromEntries(others.map((field) => [field, written[field]]))
}

/** Kept in this browser until it is saved or thrown away, where it differs from what the server has. */
export function keepWritten(account: Account, written: Partial<Profile>, known: Known = account): void {
  const isChanged = changesOf(written, known) !== undefined
  keepDraftText(placeOf(account), isChanged ? JSON.stringify(written) : null)
}

/** What was changed in this browser and not saved. */
export function readWritten(account: Account): Partial<Profile> {
  try {
    const kept = JSON.parse(keptDraft(placeOf(account)) ?? '{}')
    return Object.fromEntries(
      fields.filter((field) => typeof kept?.[field] === 'string').map((field) => [field, kept[field]]),
    )
  } catch {
    // Something else wrote there.
    return {}
  }
}

function placeOf({ id }: Account): string {
  return draftKey(id, 'profile')
}
