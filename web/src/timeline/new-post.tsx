import { useEffect, useMemo } from 'preact/hooks'
import { Uploads } from '../pictures/uploads.ts'
import { api } from '../shell/session.ts'
import { toast } from '../ui/toast-state.ts'
import type { Account, Post } from '../api/types.ts'
import { ComposerForm } from './composer-form.tsx'
import { text } from './composer-text.ts'
import { Composition } from './composition.ts'
import { keepDraft, readDraft } from './draft.ts'
import { mostPictures } from './limits.ts'
import { posts } from './timeline-state.ts'

export interface NewPostProps {
  account: Account
  /** Whether a new post of mine is seen in the list below; else it is said where it is. */
  isSeen: (post: Post) => boolean
  onShow: (post: Post) => void
}

/** Writes a new post; what is written stays while one looks at something else, and over reloads. */
export function NewPost({ account, isSeen, onShow }: NewPostProps) {
  const composition = useMemo(() => compositionOf(account.id), [account.id])
  useEffect(() => () => composition.close(), [composition])

  async function post(): Promise<void> {
    const created = await composition.post()
    if (created === undefined) return
    composition.clear()
    posts.hear({ type: 'post.created', post: created })
    const { posted, show } = text.value
    toast(isSeen(created) ? { text: posted } : { text: posted, action: { label: show, run: () => onShow(created) } })
  }

  return <ComposerForm composition={composition} verb={text.value.post} onPost={() => void post()} />
}

function compositionOf(account: string): Composition {
  return new Composition({
    draft: readDraft(localStorage, account),
    uploads: new Uploads({ upload: (file, uploading) => api.media.upload(file, uploading), most: mostPictures }),
    send: (draft, key) => api.timeline.create(draft, key),
    keep: (draft) => keepDraft(localStorage, account, draft),
  })
}
