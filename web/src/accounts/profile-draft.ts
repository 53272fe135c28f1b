import type { Account } from '../api/types.ts'
import { draftKey, keepDraftText, keptDraft } from '../shell/kept-drafts.ts'

/** What a member writes about themselves. */
export type Profile = Pick<Account, 'displayName' | 'bio' | 'area'>

const fields = ['displayName', 'bio', 'area'] as const

/** The profile with what was changed in this browser and not saved. */
export function profileBegun(account: Account): Profile {
  return { ...profileOf(account), ...readChanges(account.id) }
}

export function profileOf({ displayName, bio, area }: Account): Profile {
  return { displayName, bio, area }
}

/** What one has made of it; undefined where it is as the server has it. */
export function changesOf(profile: Profile, account: Account): Partial<Profile> | undefined {
  const changed = fields.filter((field) => profile[field].trim() !== account[field])
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((field) => [field, profile[field]]))
}

/** Kept in this browser until it is saved or thrown away. */
export function keepChanges(account: string, changes: Partial<Profile> | undefined): void {
  keepDraftText(placeOf(account), changes === undefined ? null : JSON.stringify(changes))
}

function readChanges(account: string): Partial<Profile> {
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

function placeOf(account: string): string {
  return draftKey(account, 'profile')
}
