import type { Notification } from '../api/types.ts'
import { language } from '../text/index.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import type { IconName } from '../ui/icon.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { isKnown } from './inbox.ts'
import type { Kind } from './inbox.ts'
import { placeHref, sentenceOf } from './sentence.ts'

interface NotificationRowProps {
  notification: Notification
  isNew: boolean
}

/** One thing that happened, leading to where it did. */
export function NotificationRow({ notification, isNew }: NotificationRowProps) {
  const { actors, type, at, excerpt } = notification
  const href = placeHref(notification)
  const [latest] = actors.latest
  const inside = (
    <>
      <span class="notification-faces">
        {latest !== undefined && <Avatar person={latest} />}
        {isKnown(type) && (
          <span class="notification-mark" data-kind={type}>
            <Icon name={icons[type]} isFilled={type === 'like'} />
          </span>
        )}
      </span>
      <span class="notification-words">
        <span class="notification-said">
          <Said notification={notification} />
        </span>
        {excerpt !== null && excerpt !== '' && <bdi class="notification-excerpt">{excerpt}</bdi>}
        <span class="notification-when">
          <RelativeTime at={at} />
        </span>
      </span>
    </>
  )
  const looks = { class: 'notification', 'data-new': isNew || undefined }
  return href === undefined ? (
    <div {...looks}>{inside}</div>
  ) : (
    <a {...looks} href={href}>
      {inside}
    </a>
  )
}

const icons: Readonly<Record<Kind, IconName>> = {
  comment: 'comment',
  like: 'heart',
  mention: 'reply',
  follow: 'person-plus',
  invitation: 'door',
  room_closed: 'receipt',
}

function Said({ notification }: { notification: Notification }) {
  return (
    <>
      {sentenceOf(notification, language.value).map((part, place) => {
        if (part.type === 'person') return <bdi key={place}>{part.person.displayName}</bdi>
        return part.type === 'strong' ? <b key={place}>{part.text}</b> : <span key={place}>{part.text}</span>
      })}
    </>
  )
}
