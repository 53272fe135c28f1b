import { draftKey, keepDraftText, keptDraft, onDraftChange, onDraftTaken } from '../shell/kept-drafts.ts'
import type { DraftStorage } from '../shell/kept-drafts.ts'
import { spoken } from './limits.ts'

/** A comment while it is written. */
export interface CommentDraft {
  text: string
  /** Of a comment that is written anew: what it said when that was begun. */
  start?: string
  /** What was sent and may have arrived: the same words go under the same key, so that they are said once. */
  tried?: { words: string; key: string } | undefined
}

/** Where what somebody says about one post, or makes of a comment of theirs, is kept until it is said. */
export interface CommentDrafts {
  read(): CommentDraft
  keep(draft: CommentDraft): void
  /** These words are said. What was written since, wherever, stays. */
  said(words: string): void
  /** Calls `work` with what another tab has said, or thrown away. Answers how to stop. */
  onTaken(work: (taken: CommentDraft) => void): () => void
  /** Calls `work` with what stands there when another tab has written on, or taken it away. Answers how to stop. */
  onChange(work: (now: CommentDraft) => void): () => void
}

/** In this browser, by account and post, so that it outlives the page. */
export function commentDrafts(account: string, post: string, storage?: DraftStorage): CommentDrafts {
  return draftsAt(draftKey(account, `post-${post}`), storage)
}

/** Of a comment that is written anew. */
export function editDrafts(account: string, { post, comment }: { post: string; comment: string }): CommentDrafts {
  return draftsAt(editKey(account, post) + comment)
}

/** The comments of a post that somebody began to write anew in this browser. */
export function editedComments(account: string, post: string): string[] {
  const key = editKey(account, post)
  try {
    return Object.keys(localStorage).flatMap((place) => (place.startsWith(key) ? [place.slice(key.length)] : []))
  } catch {
    // Where nothing can be kept there is nothing.
    return []
  }
}

function editKey(account: string, post: string): string {
  return draftKey(account, `post-${post}:comment-`)
}

function draftsAt(place: string, storage?: DraftStorage): CommentDrafts {
  const read = (): CommentDraft => parse(keptDraft(place, storage))
  const keep = (draft: CommentDraft): void =>
    keepDraftText(place, draft.text.trim() === '' ? null : JSON.stringify(draft), storage)
  return {
    read,
    keep,
    said(words) {
      if (spoken(read().text) === words) keep({ text: '' })
    },
    onTaken: (work) => onDraftTaken(place, (taken) => work(parse(taken))),
    onChange: (work) => onDraftChange(place, (_before, after) => work(parse(after))),
  }
}

function parse(kept: string | null): CommentDraft {
  try {
    return draftIn(JSON.parse(kept ?? 'null')) ?? { text: '' }
  } catch {
    // Something else wrote there: a draft is not worth more than a new beginning.
    return { text: '' }
  }
}

/** What was kept may be of another version of the client. */
function draftIn(kept: unknown): CommentDraft | undefined {
  if (!isRecord(kept) || typeof kept['text'] !== 'string') return undefined
  const { text, tried, start } = kept
  const draft = { text, ...(typeof start === 'string' && { start }) }
  if (!isRecord(tried) || typeof tried['words'] !== 'string' || typeof tried['key'] !== 'string') return draft
  return { ...draft, tried: { words: tried['words'], key: tried['key'] } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
