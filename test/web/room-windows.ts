import type { ExecutionContext } from 'ava'
import type { Browser, Locator, Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import type { Stack } from '../support/stack.ts'

/** What people of our tests do in rooms. */

interface Opened {
  name?: string
  seats?: number
}

/** Alice, a mentor, and Bob, each in a window, with seats in a room of hers. */
export async function aliceAndBob(t: ExecutionContext, browser: Browser, stack: Stack) {
  const alice = await signedInWindow(t, browser, stack, 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser, stack, 'bob')
  return { alice, bob, room: await openRoomFor(alice, [bob]) }
}

/** A room of the first one's, in which the others have seats. */
export async function openRoomFor(
  mentor: Window,
  members: readonly Window[],
  { name = 'Porch', seats = 10 }: Opened = {},
) {
  const { id }: { id: string } = await ask(mentor, 'POST', '/v1/rooms', { name, topic: '', seats })
  for (const member of members) await ask(member, 'PUT', `/v1/rooms/${id}/members/me`)
  return id
}

/** What the API does for who is signed in there; undefined where it has nothing to say. */
export async function ask(window: Window, method: string, path: string, data?: object): Promise<never> {
  const answer = await window.context.request.fetch(path, {
    method,
    ...(data === undefined ? {} : { data }),
    headers: { origin: window.address },
  })
  if (!answer.ok()) throw new Error(`${method} ${path} was answered ${answer.status()}: ${await answer.text()}`)
  return (answer.status() === 204 ? undefined : await answer.json()) as never
}

/** Writes a message and sends it, by the button, which is there on every device. */
export async function say(page: Page, body: string): Promise<void> {
  await page.locator('.room-composer-input').fill(body)
  await sendButton(page).click()
}

export function sendButton(page: Page): Locator {
  return page.locator('.room-composer-row button[type=submit]')
}

/** What is said in the room, as it stands on the page. */
export function bodiesOf(page: Page): Promise<string[]> {
  return page.locator('.message-body').allInnerTexts()
}

/** Waits until that is what stands in the room: behind a reload the lines come from the device, the page of messages and the socket, one after the other. */
export async function requireBodies(t: ExecutionContext, page: Page, bodies: readonly string[]): Promise<void> {
  await becomes(t, () => bodiesOf(page), bodies)
}

/** Waits until the focus is on what the selector names, or inside of it. */
export async function requireFocus(t: ExecutionContext, { page }: Window, selector: string): Promise<void> {
  await becomes(t, () => page.evaluate((part) => document.activeElement?.closest(part) !== null, selector), true)
}
