import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { focusedMeanwhile } from './focus-watch.ts'
import { ask, openRoomFor, say } from './room-windows.ts'

/** What closes gives the focus back at once: what else has it in between is read out by a screen reader. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

const dialogs = (page: Page) => page.locator('dialog')
const menu = (page: Page) => page.locator('[role=menu]:popover-open')
const discarding = (page: Page) => page.getByRole('dialog', { name: 'Discard your changes?' })

/** Goes there, presses this, and waits for what it opens, which takes the focus. */
async function open(what: Locator, key: string, opened: Locator): Promise<void> {
  await what.focus()
  await what.page().keyboard.press(key)
  await opened.waitFor()
  await eventually(() => opened.evaluate((element) => element.contains(document.activeElement)))
}

/** A key closes this, and then this one has the focus, as the only one meanwhile. */
async function givesBack(t: ExecutionContext, { by, from, to }: { by: string; from: Locator; to: Locator }) {
  const page = from.page()
  const names = await focusedMeanwhile(page, async () => {
    await page.keyboard.press(by)
    await from.waitFor({ state: 'detached' })
  })
  t.is(names.length, 1, names.join(', '))
  t.true(await hasFocus(to), names.join(', '))
}

const hasFocus = (what: Locator) => what.evaluate((element) => element === document.activeElement)

inBrowser(
  'what closes on the timeline gives the focus back to what it was opened from, and to nothing else',
  async (t) => {
    t.timeout(120_000)
    const { page, complaints } = await signedInWindow(t, browser(), stack(), 'alice')
    await page.goto('/')
    const create = { width: 60, height: 40, channels: 3, background: 'teal' } as const
    const file = { name: 'a.png', mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
    await page.locator('.composer textarea').fill('a picture of the yard')
    await page.locator('.composer input[type=file]').setInputFiles(file)
    await page.locator('.tray-sent').waitFor()

    const describe = page.getByRole('button', { name: 'Describe' })
    await open(describe, 'Enter', dialogs(page))
    await givesBack(t, { by: 'Escape', from: dialogs(page), to: describe })

    await page.locator('.composer textarea').press('Control+Enter')
    const picture = page.getByRole('button', { name: 'Picture 1, enlarge' })
    await page.locator('[data-post] .picture[data-state=loaded]').waitFor()
    for (const key of ['Escape', 'Enter']) {
      await open(picture, 'Enter', dialogs(page))
      await givesBack(t, { by: key, from: dialogs(page), to: picture })
    }

    const more = page.getByRole('button', { name: 'More about the post by alice' })
    for (const key of ['Escape', 'Enter']) {
      await open(more, 'Enter', menu(page))
      await givesBack(t, { by: key, from: menu(page), to: more })
    }

    await open(more, 'Enter', menu(page))
    const writing = page.locator('dialog textarea')
    await open(page.getByRole('menuitem', { name: 'Edit' }), 'Enter', writing)
    await writing.fill('another picture')
    for (const key of ['Escape', 'Enter']) {
      await open(writing, 'Escape', discarding(page))
      await givesBack(t, { by: key, from: discarding(page), to: writing })
    }
    await open(writing, 'Escape', discarding(page))
    await discarding(page).getByRole('button', { name: 'Discard' }).focus()
    await givesBack(t, { by: 'Enter', from: writing, to: more })
    t.deepEqual(complaints, [])
  },
)

inBrowser('what closes with what it was asked about gives the focus to what stands nearest to that', async (t) => {
  t.timeout(120_000)
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const { page } = bob
  const post: { id: string } = await ask(bob, 'POST', '/v1/posts', { text: 'Morning' })
  await ask(bob, 'POST', `/v1/posts/${post.id}/comments`, { text: 'Good morning' })
  await page.goto(`/posts/${post.id}`)
  const more = page.getByRole('button', { name: 'More about the comment by bob' })
  const writing = page.locator('.comment textarea')

  const edit = async (): Promise<void> => {
    await open(more, 'Enter', menu(page))
    await open(page.getByRole('menuitem', { name: 'Edit' }), 'Enter', writing)
  }

  await edit()
  await givesBack(t, { by: 'Escape', from: writing, to: more })
  await edit()
  await writing.fill('Good evening')
  await open(writing, 'Escape', discarding(page))
  await discarding(page).getByRole('button', { name: 'Discard' }).focus()
  await givesBack(t, { by: 'Enter', from: writing, to: more })
  t.deepEqual(bob.complaints, [])
})

inBrowser('what closes at a message gives the focus back to it', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page } = alice
  await page.goto(`/rooms/${await openRoomFor(alice, [])}`)
  for (const words of ['one', 'two', 'three']) await say(page, words)
  await page.locator('.message-own').nth(2).locator('.message-mark[data-state=stored]').waitFor()
  const last = page.locator('.message').last()
  const emoji = page.locator('.message-emoji')

  for (const by of ['Escape', 'Enter']) {
    await open(last, '+', emoji)
    await givesBack(t, { by, from: emoji, to: last })
  }
  const reaction = last.locator('.message-reaction')
  await reaction.focus()
  await givesBack(t, { by: 'Enter', from: reaction, to: last })
  await open(last, 'Delete', dialogs(page))
  await givesBack(t, { by: 'Escape', from: dialogs(page), to: last })

  // Its menu goes with what it says; the message stays.
  await open(last.locator('[aria-haspopup=menu]'), 'Enter', menu(page))
  await open(page.getByRole('menuitem', { name: 'Delete' }), 'Enter', dialogs(page))
  await dialogs(page).getByRole('button', { name: 'Delete' }).press('Enter')
  await page.locator('.message-gone').waitFor()
  await becomes(t, () => hasFocus(last), true)
  t.deepEqual(alice.complaints, [])
})
