import { signal } from '@preact/signals'
import type { Person } from '../../api/types.ts'

/** Who is connected to a room: by name as far as told, while the count is exact. */
export class PresentPeople {
  readonly names = signal<ReadonlySet<string>>(new Set())
  readonly count = signal(0)

  /** All who are named. */
  tell({ count, items }: { count: number; items: readonly Person[] }): void {
    this.count.value = count
    this.names.value = new Set(items.map(({ username }) => username))
  }

  /** Who came and went since. */
  hear({ count, joined, left }: { count: number; joined: readonly string[]; left: readonly string[] }): void {
    const names = new Set([...this.names.peek(), ...joined])
    for (const name of left) names.delete(name)
    this.count.value = count
    this.names.value = names
  }
}
