import './post-card.css'
import { useId } from 'preact/hooks'
import { PictureGrid } from '../pictures/picture-grid.tsx'
import { format } from '../text/index.ts'
import { Icon } from '../ui/icon.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { VisuallyHidden } from '../ui/visually-hidden.tsx'
import { LikeButton } from './like-button.tsx'
import { nameOf, PersonLine } from './person-line.tsx'
import { PostMenu } from './post-menu.tsx'
import type { Entry } from './posts.ts'
import { RichText } from './rich-text.tsx'
import { share } from './share.ts'
import { text } from './text.ts'

export interface PostCardProps {
  entry: Entry
  /** On its own page: all of it, and the comments stand below. */
  isAlone?: boolean
  /** After I deleted it. */
  onDeleted?: () => void
}

/** A post, live. */
export function PostCard({ entry, isAlone = false, onDeleted }: PostCardProps) {
  const { post } = entry.value
  const nameId = useId()
  return (
    <article class="post" aria-labelledby={nameId} data-post={post.id}>
      <header class="post-head">
        <PersonLine person={post.author} id={nameId}>
          <a class="post-fact" href={`/posts/${post.id}`}>
            <RelativeTime at={post.createdAt} />
          </a>
          {post.editedAt !== undefined && (
            <span class="post-fact" title={text.value.editedAt(format.value.dateTime(post.editedAt))}>
              {text.value.edited}
            </span>
          )}
          {post.area !== null && (
            <span class="post-fact post-area">
              <Icon name="pin" />
              {post.area}
            </span>
          )}
        </PersonLine>
        <PostMenu entry={entry} {...(onDeleted === undefined ? {} : { onDeleted })} />
      </header>
      {post.text !== '' && (
        <RichText text={post.text} tags={post.tags} mentions={post.mentions} isFoldable={!isAlone} />
      )}
      <PictureGrid pictures={post.pictures} />
      <footer class="post-foot">
        <LikeButton entry={entry} />
        <a class="post-action" href={`/posts/${post.id}#comments`}>
          <Icon name="comment" />
          {post.commentCount > 0 && <span aria-hidden="true">{format.value.compact(post.commentCount)}</span>}
          <VisuallyHidden>{text.value.comments(post.commentCount)}</VisuallyHidden>
        </a>
        <button
          type="button"
          class="post-action post-share"
          aria-label={`${text.value.share}: ${text.value.postTitle(nameOf(post.author))}`}
          onClick={() => void share(post)}
        >
          <Icon name="share" />
        </button>
      </footer>
    </article>
  )
}
