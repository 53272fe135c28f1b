import { effect, signal } from '@preact/signals'
import { chooseLanguage, language, speakAs } from '../text/index.ts'
import type { Language } from '../text/index.ts'
import type { Outbox } from '../api/live.ts'
import type { Account } from '../api/types.ts'
import { asked, confirm } from '../ui/confirm-state.ts'
import { dismissAll, toast } from '../ui/toast-state.ts'
import { forgetDrafts } from './kept-drafts.ts'
import { live } from './live.ts'
import { api, me, whileLeaving } from './session.ts'
import { text } from './text.ts'

/** Why nobody knows yet who is signed in: the server could not be asked. */
export const troubleAtTheDoor = signal<unknown>(undefined)

/** Where the session is marked, for all tabs (`session-keeper`); a tab hears there what another one does. */
const mark = 'madang-session'

/** Once, before the first page is shown: finds out who is signed in, and follows what other tabs do. */
export function startSession(): void {
  effect(() => {
    const own = me.value?.language
    if (own !== undefined) speakAs(own)
    if (me.value !== null) return
    dismissAll()
    asked.peek()?.answer(false)
  })
  addEventListener('storage', ({ key, oldValue, newValue }) => {
    if (key !== mark) return
    if (newValue === null) me.value = null
    else if (oldValue === null) void findOutWhoIsHere()
  })
  void findOutWhoIsHere()
}

export async function findOutWhoIsHere(): Promise<void> {
  try {
    const found = await api.accounts.whoAmI()
    troubleAtTheDoor.value = undefined
    me.value = found
  } catch (error) {
    if (me.value === undefined) troubleAtTheDoor.value = error
  }
}

/** Somebody has signed in or up here. */
export function welcome(account: Account): void {
  me.value = account
}

/** False when it did not work or the person turned away: then the session is still there, and why has been told. */
export function signOut(): Promise<boolean> {
  return whileLeaving(leave)
}

async function leave(): Promise<boolean> {
  const account = me.peek()
  const messages = account ? await messagesOf(account.id) : undefined
  // What cannot be read is sent by nobody: that keeps nobody here.
  const unsent = await messages?.waiting().catch(() => 0)
  if (!(await isSureAbout(unsent ?? 0))) return false
  try {
    await api.accounts.signOut()
  } catch {
    toast({ text: text.value.notSignedOut, tone: 'danger' })
    return false
  }
  // Whoever sits here next finds nothing of it.
  await messages?.clear().catch(() => undefined)
  if (account) forgetDrafts(account)
  me.value = null
  return true
}

/**
 * What waits here to be sent, before the outbox is there, too, and when its program did not come. Undefined where nothing can be loaded
 * to look: nobody is kept signed in for that, and what one account wrote is sent by no other.
 */
async function messagesOf(account: string): Promise<Pick<Outbox, 'waiting' | 'clear'> | undefined> {
  const outbox = live.peek()?.outbox
  if (outbox !== undefined) return outbox
  try {
    const { browserStorage } = await import('../api/outbox-idb.ts')
    const storage = await browserStorage()
    return { waiting: () => storage.unsent(account), clear: () => storage.clear(account) }
  } catch {
    return undefined
  }
}

/** Nobody is asked when everything is sent. */
async function isSureAbout(unsent: number): Promise<boolean> {
  const { unsentTitle, unsentBody, signOut: yes } = text.value
  return unsent === 0 || confirm({ title: unsentTitle, body: unsentBody(unsent), yes, isDangerous: true })
}

/** Shows everything in this language at once, here and, for who is signed in, wherever they sign in. */
export async function switchLanguage(next: Language): Promise<void> {
  chooseLanguage(next)
  const account = me.value
  if (account === null || account === undefined || account.language === next) return
  try {
    me.value = await api.accounts.update({ language: next })
  } catch {
    if (language.value === next) toast({ text: text.value.languageNotKept, tone: 'danger' })
  }
}
