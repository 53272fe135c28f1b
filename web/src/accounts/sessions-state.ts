import { signal } from '@preact/signals'
import type { Session } from '../api/types.ts'
import { api } from '../shell/session.ts'

/** My sessions, last used first; undefined until they are known. */
export const sessions = signal<readonly Session[] | undefined>(undefined)
export const sessionsProblem = signal<unknown>(undefined)

export async function loadSessions(): Promise<void> {
  sessionsProblem.value = undefined
  try {
    sessions.value = (await api.accounts.sessions()).items
  } catch (error) {
    sessionsProblem.value = error
  }
}

export async function endSession(id: string): Promise<void> {
  await api.accounts.endSession(id)
  sessions.value = sessions.value?.filter((session) => session.id !== id)
}
