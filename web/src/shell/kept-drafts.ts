/** What somebody began to write lies in this browser, by whose it is: one to post, and one for each room. */

/** Where drafts lie: the `localStorage` of a browser. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const prefix = 'madang-draft:'

/** Where a draft of this person lies; `place` tells several apart. */
export function draftKey(person: string, place?: string): string {
  return place === undefined ? `${prefix}${person}` : `${prefix}${person}:${place}`
}

/** Null where there is none, and where a browser keeps nothing for us. */
export function keptDraft(key: string, storage?: DraftStorage): string | null {
  try {
    return (storage ?? localStorage).getItem(key)
  } catch {
    return null
  }
}

/** Null takes it away. Where nothing can be kept, because it is full or switched off, a draft lives as long as its page. */
export function keepDraftText(key: string, draft: string | null, storage?: DraftStorage): void {
  try {
    const place = storage ?? localStorage
    if (draft === null) place.removeItem(key)
    else place.setItem(key, draft)
  } catch {
    // As said.
  }
}

/**
 * Calls `work` with a draft that another tab has taken away, sent as a rule: tabs share its place, and other words may stand here still. Answers how to stop.
 */
export function onDraftTaken(key: string, work: (taken: string) => void): () => void {
  return onDraftChange(key, (before, after) => {
    if (after === null) work(before)
  })
}

/** Calls `work` when another tab has put something else where a draft was, or nothing (null). Answers how to stop. */
export function onDraftChange(key: string, work: (before: string, after: string | null) => void): () => void {
  const hear = (event: StorageEvent): void => {
    if (event.key === key && event.oldValue !== null) work(event.oldValue, event.newValue)
  }
  addEventListener('storage', hear)
  return () => removeEventListener('storage', hear)
}

/** All that one person began to write here. Rooms know people by their usernames. */
export function forgetDrafts({ id, username }: { id: string; username: string }): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const isTheirs = [id, username].some((name) => key === draftKey(name) || key.startsWith(`${draftKey(name)}:`))
      if (isTheirs) localStorage.removeItem(key)
    }
  } catch {
    // Where nothing can be kept there is nothing to forget.
  }
}
