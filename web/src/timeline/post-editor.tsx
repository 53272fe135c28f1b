import { useEffect, useState } from 'preact/hooks'
import type { Post } from '../api/types.ts'
import { Uploads } from '../pictures/uploads.ts'
import { api } from '../shell/session.ts'
import { Dialog } from '../ui/dialog.tsx'
import { toast } from '../ui/toast-state.ts'
import { ComposerForm } from './composer-form.tsx'
import { Composition } from './composition.ts'
import { mostPictures } from './limits.ts'
import { text } from './text.ts'
import { posts } from './timeline-state.ts'

/** Changes a post of mine: its words, its area, its pictures, their order and what they show. */
export function PostEditor({ post, onClose }: { post: Post; onClose: () => void }) {
  // As it was when the editor was opened: an event meanwhile does not take away what is being written.
  const [composition] = useState(() => compositionOf(post))
  useEffect(() => () => leave(composition), [composition])

  async function save(): Promise<void> {
    const changed = await composition.post()
    if (changed === undefined) return
    posts.hear({ type: 'post.updated', post: changed })
    toast({ text: text.value.saved })
    onClose()
  }

  return (
    <Dialog
      title={text.value.editPost}
      size="large"
      onClose={onClose}
      isHeld={composition.state.value !== 'writing'}
      isDirty={composition.isChanged}
    >
      <ComposerForm composition={composition} verb={text.value.save} rows={5} hasFocus onPost={() => void save()} />
    </Dialog>
  )
}

/** What was to be saved goes on though its page was left; of what was not, nothing is sent any further. */
function leave(composition: Composition): void {
  if (composition.state.peek() === 'writing') composition.giveUp()
  else composition.close()
}

function compositionOf(post: Post): Composition {
  return new Composition({
    draft: {
      text: post.text,
      area: post.area ?? '',
      pictures: post.pictures.map(({ alt, ...picture }) => ({ picture, alt })),
      key: '',
    },
    uploads: new Uploads({ upload: (file, uploading) => api.media.upload(file, uploading), most: mostPictures }),
    send: ({ text: words, pictures, area }) =>
      api.timeline.edit(post.id, { text: words, pictures, area: area ?? null }),
  })
}
