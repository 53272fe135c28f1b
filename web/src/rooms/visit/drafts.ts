/** What is being written in a room, kept in this browser until it is sent. */
export interface Draft {
  body: string
  replyTo?: string
}

const prefix = 'madang-draft:'

export function readDraft(me: string, room: string): Draft {
  try {
    const kept = localStorage.getItem(`${prefix}${me}:${room}`)
    const draft = kept === null ? {} : (JSON.parse(kept) as Partial<Draft>)
    return { body: draft.body ?? '', ...(draft.replyTo === undefined ? {} : { replyTo: draft.replyTo }) }
  } catch {
    // Nothing can be kept here, or something else was.
    return { body: '' }
  }
}

export function keepDraft(me: string, room: string, draft: Draft): void {
  try {
    const key = `${prefix}${me}:${room}`
    if (draft.body === '' && draft.replyTo === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // Then it holds until the page is left.
  }
}
