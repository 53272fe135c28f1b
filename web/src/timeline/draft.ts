import { randomId } from '../api/random-id.ts'
import type { Picture } from '../api/types.ts'
import { draftKey, keepDraftText, keptDraft, onDraftChange, onDraftTaken } from '../shell/kept-drafts.ts'
import type { DraftStorage } from '../shell/kept-drafts.ts'

/** What somebody is about to post. It outlives the page: kept in this browser, one for each account. */
export interface Draft {
  text: string
  area: string
  /** Those that the server has already. */
  pictures: { picture: Picture; alt: string }[]
  /** The same for every try, so that it is posted once. */
  key: string
}

export function emptyDraft(): Draft {
  return { text: '', area: '', pictures: [], key: randomId() }
}

export function isEmpty(draft: Draft): boolean {
  return draft.text.trim() === '' && draft.pictures.length === 0
}

/** Whether somebody wrote the same in both. */
export function isSame(one: Draft, other: Draft): boolean {
  return partsOf(one) === partsOf(other)
}

function partsOf({ text, area, pictures }: Draft): string {
  return JSON.stringify([text, area, pictures.map(({ picture, alt }) => [picture.id, alt])])
}

export function readDraft(account: string, storage?: DraftStorage): Draft {
  return parse(keptDraft(draftKey(account), storage))
}

function parse(kept: string | null): Draft {
  try {
    return draftIn(JSON.parse(kept ?? 'null')) ?? emptyDraft()
  } catch {
    // Something else wrote there: a draft is not worth more than a new beginning.
    return emptyDraft()
  }
}

/** Without reading it. */
export function hasDraft(account: string): boolean {
  return keptDraft(draftKey(account)) !== null
}

export function keepDraft(account: string, draft: Draft, storage?: DraftStorage): void {
  keepDraftText(draftKey(account), isEmpty(draft) ? null : JSON.stringify(draft), storage)
}

/**
 * Keeps what is written in this tab, which begins with `own`. What another tab has kept since is not taken away when this one is empty; with the key of
 * what was posted here it could not be posted, and is kept with another, which that tab hears.
 */
export function draftKeeper(account: string, own: Draft, storage?: DraftStorage): (draft: Draft) => void {
  let last = own
  return (draft) => {
    const before = last
    last = draft
    const isPosted = draft.key !== before.key
    if (!isEmpty(draft) && !isPosted) return keepDraft(account, draft, storage)
    const there = readDraft(account, storage)
    const isOwn = isSame(there, before)
    if (isPosted && !isOwn && there.key === before.key) keepDraft(account, { ...there, key: randomId() }, storage)
    if (isOwn || !isEmpty(draft)) keepDraft(account, draft, storage)
  }
}

/** Calls `work` with what another tab has posted, or thrown away. Answers how to stop. */
export function onPostTaken(account: string, work: (taken: Draft) => void): () => void {
  return onDraftTaken(draftKey(account), (taken) => work(parse(taken)))
}

/** Calls `work` with a key under which another tab has posted other words than those that are kept. Answers how to stop. */
export function onKeyTaken(account: string, work: (key: string) => void): () => void {
  return onDraftChange(draftKey(account), (before, after) => {
    const [was, is] = [parse(before), parse(after)]
    if (was.key !== is.key && isSame(was, is)) work(was.key)
  })
}

/** What was kept may be of another version of the client. */
function draftIn(kept: unknown): Draft | undefined {
  if (!isRecord(kept)) return undefined
  const { text, area, key, pictures } = kept
  if (typeof text !== 'string' || typeof area !== 'string' || typeof key !== 'string') return undefined
  if (!Array.isArray(pictures)) return undefined
  return { text, area, key, pictures: pictures.filter(isKeptPicture) }
}

function isKeptPicture(kept: unknown): kept is Draft['pictures'][number] {
  if (!isRecord(kept) || typeof kept['alt'] !== 'string' || !isRecord(kept['picture'])) return false
  const { id, placeholder, width, height, urls } = kept['picture']
  const isMeasured = typeof width === 'number' && typeof height === 'number'
  return typeof id === 'string' && typeof placeholder === 'string' && isMeasured && isRecord(urls)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
