import { effect, signal } from '@preact/signals'
import type { Session } from '../api/types.ts'
import { api, me } from '../shell/session.ts'

/** My sessions, last used first; undefined until they are known. */
export const sessions = signal<readonly Session[] | undefined>(undefined)
export const sessionsProblem = signal<unknown>(undefined)

export async function loadSessions(): Promise<void> {
  const asker = me.peek()?.id
  try {
    const { items } = await api.accounts.sessions()
    if (me.peek()?.id !== asker) return
    sessions.value = items
    sessionsProblem.value = undefined
  } catch (error) {
    if (me.peek()?.id === asker) sessionsProblem.value = error
  }
}

export async function endSession(id: string): Promise<void> {
  await api.accounts.endSession(id)
  sessions.value = sessions.value?.filter((session) => session.id !== id)
}

/** Who signs in next has other ones. */
effect(() => {
  if (me.value !== null) return
  sessions.value = undefined
  sessionsProblem.value = undefined
})
