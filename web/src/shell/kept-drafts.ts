/** What somebody began to write lies in this browser, by whose it is: one to post, and one for each room. */

const prefix = 'madang-draft:'

/** Where a draft of this person lies; `place` tells several apart. */
export function draftKey(person: string, place?: string): string {
  return place === undefined ? `${prefix}${person}` : `${prefix}${person}:${place}`
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
