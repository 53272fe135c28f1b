import { useId } from 'preact/hooks'
import type { Notification } from '../api/types.ts'
import { NotificationRow } from './notification-row.tsx'

interface NotificationListProps {
  title: string
  isTitleHidden?: boolean
  items: readonly Notification[]
  isNew?: boolean
}

export function NotificationList({ title, isTitleHidden = false, items, isNew = false }: NotificationListProps) {
  const id = useId()
  return (
    <section class="notification-part" aria-labelledby={id}>
      <h2 id={id} class={isTitleHidden ? 'visually-hidden' : 'notification-title'}>
        {title}
      </h2>
      <ol class="notification-list">
        {items.map((one) => (
          <li key={one.id}>
            <NotificationRow notification={one} isNew={isNew} />
          </li>
        ))}
      </ol>
    </section>
  )
}
