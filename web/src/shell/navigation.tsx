import './navigation.css'
import { useLocation } from 'preact-iso/router'
import type { ComponentChildren } from 'preact'
import { Count } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import type { IconName } from '../ui/icon.tsx'
import { Mark } from './mark.tsx'
import { me } from './session.ts'
import { text } from './text.ts'
import { unreadNotifications, unreadRooms } from './unread.ts'

interface Place {
  href: string
  icon: IconName
  label: string
  isHere: boolean
  count?: ComponentChildren
  /** Only where there is room: beside the page, not below it. */
  isOnlyAside?: boolean
}

/** The ways through the house: a rail beside the page, or a bar below it on a phone. */
export function Navigation() {
  const { path } = useLocation()
  return (
    <nav class="navigation" aria-label={text.value.navigation}>
      <a class="navigation-name" href="/">
        <Mark />
        <span>{text.value.name}</span>
      </a>
      <ul class="navigation-places">
        {placesAt(path).map((place) => (
          <li key={place.href} class={place.isOnlyAside === true ? 'navigation-aside' : undefined}>
            <a href={place.href} class="navigation-place" aria-current={place.isHere ? 'page' : undefined}>
              <span class="navigation-icon">
                <Icon name={place.icon} />
                {place.count}
              </span>
              <span class="navigation-label">{place.label}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function placesAt(path: string): Place[] {
  const words = text.value
  const mine = `/people/${me.value?.username ?? ''}`
  const isIn = (folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
  const place = (href: string, icon: IconName, label: string): Place => ({ href, icon, label, isHere: isIn(href) })
  const notices = unreadNotifications.value
  const rooms = unreadRooms.value
  return [
    { ...place('/', 'home', words.timeline), isHere: path === '/' || isIn('/feeds') || isIn('/tags') },
    { ...place('/rooms', 'rooms', words.rooms), count: <Count count={rooms} label={words.unreadRooms(rooms)} /> },
    {
      ...place('/notifications', 'bell', words.notifications),
      count: <Count count={notices} label={words.unreadNotifications(notices)} />,
    },
    place(mine, 'person', words.me),
    { ...place('/settings', 'settings', words.settings), isOnlyAside: true },
    ...(me.value?.role === 'admin' ? [{ ...place('/admin', 'shield', words.admin), isOnlyAside: true }] : []),
  ]
}
