import { draftKey } from '../../shell/kept-drafts.ts'

/** What is being written in a room, kept in this browser until it is sent. */

export function readDraft(me: string, room: string): string {
  try {
    return localStorage.getItem(keyOf(me, room)) ?? ''
  } catch {
    // Where nothing can be kept.
    return ''
  }
}

export function keepDraft(me: string, room: string, body: string): void {
  try {
    if (body === '') localStorage.removeItem(keyOf(me, room))
    else localStorage.setItem(keyOf(me, room), body)
  } catch {
    // Then it holds until the page is left.
  }
}

function keyOf(me: string, room: string): string {
  return draftKey(me, room)
}
