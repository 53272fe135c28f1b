import { useLayoutEffect, useState } from 'preact/hooks'
import { UnsentWords } from '../shell/unsent-words.tsx'
import { commentDrafts, editDrafts, editedComments } from './comment-draft.ts'
import type { CommentDrafts } from './comment-draft.ts'
import type { Comments } from './comments.ts'

/** What somebody was writing about a post that is gone. */
export function UnsentOfPost({ account, post }: { account: string; post: string }) {
  return (
    <>
      <Unsent drafts={commentDrafts(account, post)} />
      <UnsentEdits account={account} post={post} />
    </>
  )
}

/** What somebody was making of comments that are gone: of all, or of those that are not among these any more. */
export function UnsentEdits({ account, post, comments }: { account: string; post: string; comments?: Comments }) {
  const isGone = (comment: string): boolean => comments?.lacks(comment) ?? true
  return editedComments(account, post)
    .filter(isGone)
    .map((comment) => <Unsent key={comment} drafts={editDrafts(account, { post, comment })} />)
}

/** What is kept there. Another tab may be writing it still: what is shown here follows, and goes when it is said there. */
export function Unsent({ drafts }: { drafts: CommentDrafts }) {
  const [words, setWords] = useState(() => drafts.read().text)
  useLayoutEffect(() => {
    if (words !== '') return drafts.onChange((now) => setWords(now.text))
    // What is begun elsewhere after that is missed by nobody here.
    return undefined
  }, [drafts, words])
  if (words === '') return null
  function discard(): void {
    drafts.keep({ text: '' })
    setWords('')
  }
  return <UnsentWords words={words} onDiscard={discard} />
}
