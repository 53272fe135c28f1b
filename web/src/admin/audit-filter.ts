import type { WantedActs } from '../api/admin.ts'
import type { Act } from '../api/types.ts'

/** What is asked for, as it is typed: names and days of whoever looks. */
export interface ActFilter {
  action: Act['action'] | 'all'
  actor: string
  person: string
  from: string
  to: string
}

export const everything: ActFilter = { action: 'all', actor: '', person: '', from: '', to: '' }

/** As the API takes it; days begin at midnight of whoever looks, and the last one is a whole one. */
export function wantedBy({ action, actor, person, from, to }: ActFilter): WantedActs {
  return {
    action: action === 'all' ? undefined : action,
    actor: nameIn(actor),
    person: nameIn(person),
    since: startOf(from, 0),
    until: startOf(to, 1),
  }
}

export function isEverything(filter: ActFilter): boolean {
  return Object.values(wantedBy(filter)).every((value) => value === undefined)
}

function nameIn(typed: string): string | undefined {
  const name = typed.trim().replace(/^@/, '')
  return name === '' ? undefined : name
}

function startOf(day: string, daysLater: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  if (year === undefined) return undefined
  return new Date(Number(year), Number(month) - 1, Number(date) + daysLater).toISOString()
}
