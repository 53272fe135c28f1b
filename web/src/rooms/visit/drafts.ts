import { draftKey, keepDraftText, keptDraft, onDraftTaken } from '../../shell/kept-drafts.ts'

/** What is being written in a room, kept in this browser until it is sent. */

export function readDraft(me: string, room: string): string {
  return keptDraft(draftKey(me, room)) ?? ''
}

export function keepDraft(me: string, room: string, body: string): void {
  keepDraftText(draftKey(me, room), body === '' ? null : body)
}

/** Calls `work` with what another tab has sent, or wiped out. Answers how to stop. */
export function onMessageTaken(me: string, room: string, work: (taken: string) => void): () => void {
  return onDraftTaken(draftKey(me, room), work)
}
