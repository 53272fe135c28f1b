import './timeline-page.css'
import { useMemo } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso/router'
import type { Post } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { Page } from '../shell/page.tsx'
import { LinkTabs } from '../ui/tabs.tsx'
import { Composer, isAboutToGrow } from './composer.tsx'
import { FeedEmpty, NoArea } from './feed-empty.tsx'
import { feedNames, feedSource, tagSource } from './feeds.ts'
import type { FeedName } from './feeds.ts'
import { PostList } from './post-list.tsx'
import { text } from './text.ts'

/** The timeline: a feed by name, or the posts of one tag. */
export function TimelinePage() {
  const { params } = useRoute()
  const { tag } = params
  if (tag !== undefined) return <TagPage tag={tag} />
  const feed = feedNames.find((name) => name === params['feed']) ?? 'all'
  return <FeedPage feed={feed} />
}

function FeedPage({ feed }: { feed: FeedName }) {
  const source = useMemo(() => feedSource(api.timeline, feed), [feed])
  // Who has said no area need not ask: it would be refused.
  const isNowhere = feed === 'area' && me.value?.area === ''
  // A changed area is another list.
  const name = feed === 'area' ? `area ${me.value?.area ?? ''}` : feed
  return (
    <Page title={text.value.title} isTitleHidden>
      <Tabs current={feed} />
      <div class="timeline">
        <WithComposer isSeen={() => feed === 'all'} />
        {isNowhere && <NoArea />}
        {!isAboutToGrow() && !isNowhere && (
          <PostList
            key={name}
            name={name}
            source={source}
            empty={<FeedEmpty feed={feed} />}
            {...(feed === 'area' ? { refused: <NoArea /> } : {})}
          />
        )}
      </div>
    </Page>
  )
}

function TagPage({ tag }: { tag: string }) {
  const source = useMemo(() => tagSource(api.timeline, tag), [tag])
  return (
    <Page title={text.value.tag(tag)}>
      <div class="timeline">
        <PostList key={tag} name={`tag ${tag}`} source={source} empty={<FeedEmpty feed="tag" />} />
      </div>
    </Page>
  )
}

function WithComposer({ isSeen }: { isSeen: (post: Post) => boolean }) {
  const { route } = useLocation()
  return <Composer isSeen={isSeen} onShow={(post) => route(`/posts/${post.id}`)} />
}

function Tabs({ current }: { current: FeedName }) {
  const links = feedNames.map((feed) => ({
    href: feed === 'all' ? '/' : `/feeds/${feed}`,
    label: text.value[feed],
    isCurrent: feed === current,
  }))
  return <LinkTabs label={text.value.feeds} links={links} />
}
