import { draftKey, keepDraftText, keptDraft } from '../../shell/kept-drafts.ts'

/** What is being written in a room, kept in this browser until it is sent. */

export function readDraft(me: string, room: string): string {
  return keptDraft(draftKey(me, room)) ?? ''
}

export function keepDraft(me: string, room: string, body: string): void {
  keepDraftText(draftKey(me, room), body === '' ? null : body)
}
