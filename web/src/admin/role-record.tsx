import type { RoleHistory } from '../api/types.ts'
import { format } from '../text/index.ts'
import { text } from './text.ts'

/** How somebody came to their role, the last change first. */
export function RoleRecord({ person }: { person: RoleHistory }) {
  const words = text.value
  return (
    <section class="role-record">
      <h3>{words.history}</h3>
      {person.grants.length === 0 ? (
        <p>{words.noHistory}</p>
      ) : (
        <ol>
          {person.grants.map((grant) => (
            <li key={grant.at}>
              <span>{words.changed(grant.from, grant.to)}</span>
              <span class="role-record-by">
                {grant.by === null ? words.byNobody[grant.via] : words.by(grant.by.displayName)} ·{' '}
                <time datetime={grant.at}>{format.value.dateTime(grant.at)}</time>
              </span>
            </li>
          ))}
        </ol>
      )}
      <p class="role-record-by">{words.since(person.createdAt)}</p>
    </section>
  )
}
