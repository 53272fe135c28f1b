import './audit.css'
import type { Act } from '../api/types.ts'
import { format } from '../text/index.ts'
import { Icon } from '../ui/icon.tsx'
import type { IconName } from '../ui/icon.tsx'
import { text } from './audit-text.ts'

const icons: Readonly<Record<Act['action'], IconName>> = {
  'role.granted': 'shield',
  'password.ticket_given': 'key',
  'password.ticket_used': 'key',
  'member.kicked': 'person-minus',
  'member.banned': 'block',
  'member.unbanned': 'person-check',
  'room.changed': 'settings',
  'room.closed': 'door',
  'post.deleted': 'trash',
  'comment.deleted': 'trash',
  'closing.retried': 'refresh',
  'closing.accepted': 'check',
  'job.retried': 'refresh',
  'files.given_up': 'trash',
}

/** What is on record, an act a line: who did what to whom, when, and by which request. */
export function ActList({ acts }: { acts: readonly Act[] }) {
  return (
    <ol class="act-list">
      {acts.map((act) => (
        <li key={act.id} class="act">
          <span class="act-mark">
            <Icon name={icons[act.action]} />
          </span>
          <p>
            <strong>{actorOf(act)}</strong> {sentenceOf(act)}
          </p>
          <p class="act-facts">
            <time datetime={act.at}>{format.value.dateTime(act.at)}</time>
            <ActLinks act={act} />
            {act.requestId !== null && <code>{text.value.request(act.requestId)}</code>}
          </p>
        </li>
      ))}
    </ol>
  )
}

/** To whom and to what it was done, where that can still be looked at. */
function ActLinks({ act: { person, room } }: { act: Act }) {
  return (
    <>
      {person !== null && person.username !== '' && <a href={`/people/${person.username}`}>@{person.username}</a>}
      {room !== null && room.name !== '' && <a href={`/rooms/${room.id}`}>{room.name}</a>}
    </>
  )
}

function actorOf({ by, via }: Act): string {
  const { actor, noActor, somebody } = text.value
  return by === null ? noActor[via] : actor(by.displayName === '' ? somebody : by.displayName)
}

function sentenceOf({ action, person, room, subject, facts }: Act): string {
  const { did, whom, somebody, roomNamed } = text.value
  return did[action]({
    person: whom(person === null || person.displayName === '' ? somebody : person.displayName),
    room: roomNamed(room?.name ?? ''),
    subject: (subject ?? '').replace(/^\w+:/, ''),
    facts,
  })
}
