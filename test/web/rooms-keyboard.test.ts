import test from 'ava'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { focusedMeanwhile } from './focus-watch.ts'
import { ask, bodiesOf, openRoomFor, requireBodies, say } from './room-windows.ts'

/** Rooms by keys alone, whatever the layout and the input method. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('Enter that ends the composition of a syllable sends nothing, the next one does', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor', language: 'ko' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  const field = alice.page.locator('.room-composer-input')
  await field.focus()
  const cdp = await alice.context.newCDPSession(alice.page)

  for (const text of ['ㅎ', '하', '한']) {
    await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  }
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 13,
    key: 'Enter',
    code: 'Enter',
  })
  t.is(await field.inputValue(), '한')
  t.deepEqual(await bodiesOf(alice.page), [])

  await cdp.send('Input.insertText', { text: '한' })
  t.is(await field.inputValue(), '한')
  t.deepEqual(await bodiesOf(alice.page), [])

  await field.press('Enter')
  await alice.page.locator('.message-body', { hasText: '한' }).waitFor()
  t.is(await field.inputValue(), '')
})

inBrowser('everything in a room can be done by keyboard alone', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  const { keyboard } = alice.page
  await alice.page.locator('.room-composer-input').focus()
  for (const word of ['one', 'two', 'three']) {
    await keyboard.type(word)
    await keyboard.press('Enter')
    await alice.page.locator('.message-body', { hasText: word }).waitFor()
  }
  const focused = () => focusedIn(alice.page)
  await alice.page.waitForFunction(() => document.querySelector('.message-mark[data-state=sending]') === null)

  await keyboard.press('ArrowUp')
  await becomes(t, focused, 'three')
  await keyboard.press('ArrowUp')
  await becomes(t, focused, 'two')
  await keyboard.press('r')
  await alice.page.getByText('Replying to').waitFor()
  await keyboard.press('Escape')
  await alice.page.getByText('Replying to').waitFor({ state: 'detached' })
  await becomes(t, focused, 'room-composer-input')
  await keyboard.press('ArrowUp')
  await keyboard.press('Home')
  await becomes(t, focused, 'one')
  await keyboard.press('+')
  await alice.page.locator('.message-emoji :focus').waitFor()
  await keyboard.press('ArrowRight')
  await keyboard.press('Enter')
  await alice.page.locator('.message-reaction').waitFor()
  await becomes(t, focused, 'one')
  await keyboard.press('Escape')
  await keyboard.press('ArrowUp')
  await keyboard.press('Home')
  await keyboard.press('?')
  const shortcuts = alice.page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await shortcuts.waitFor()
  const visited = await focusedMeanwhile(alice.page, async () => {
    await keyboard.press('Escape')
    await shortcuts.waitFor({ state: 'detached' })
  })
  await becomes(t, focused, 'one')
  t.deepEqual(visited, ['message'], 'nothing else has had the focus in between, which would be read out')
  await keyboard.press('Escape')
  await becomes(t, focused, 'room-composer-input')
  t.deepEqual(alice.complaints, [])
})

inBrowser('Tab stops once at the messages, at the newest, also for who may not write', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  await alice.page.goto(`/rooms/${room}`)
  const words = ['one', 'two', 'three']
  for (const word of words) await say(alice.page, word)
  await alice.page.locator('.message-mark[data-state=stored]').nth(2).waitFor()
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })

  await bob.page.goto(`/rooms/${room}`)
  await bob.page.getByText('Only those who were given the word').waitFor()
  await requireBodies(t, bob.page, words)
  t.deepEqual(await stopsIn(bob.page, '.room-log'), ['three'])
  await bob.page.keyboard.press('Shift+Tab')
  await bob.page.keyboard.press('ArrowUp')
  await becomes(t, () => focusedIn(bob.page), 'two')
  await alice.page.reload()
  await requireBodies(t, alice.page, words)
  await alice.page.locator('.room-composer-input').waitFor()
  t.deepEqual(await stopsIn(alice.page, '.room-log'), ['three'])
  await alice.page.getByRole('button', { name: 'Add pictures' }).press('Tab')
  await becomes(t, () => focusedIn(alice.page), 'room-composer-input')
})

inBrowser('the letters of a message work while the keyboard writes Korean', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor', language: 'ko' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, '한 마디')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  await alice.page.locator('.room-composer-input').press('ArrowUp')
  await becomes(t, () => focusedIn(alice.page), '한 마디')
  const cdp = await alice.context.newCDPSession(alice.page)

  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 82,
    key: 'ㄱ',
    code: 'KeyR',
  })

  await alice.page.getByText('답장하는 중').waitFor()
  await eventually(async () => (await focusedIn(alice.page)) === 'room-composer-input')
  t.pass()
})

inBrowser('Esc closes the menu of a message, and the focus comes back to its button', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'one')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  const { keyboard } = alice.page
  await alice.page.locator('.room-composer-input').press('ArrowUp')
  const opener = alice.page.locator('.message [aria-haspopup=menu]')
  await opener.focus()
  await keyboard.press('Enter')
  const menu = alice.page.locator('.message [role=menu]:popover-open')
  await menu.waitFor()

  await keyboard.press('Escape')

  await menu.waitFor({ state: 'detached', timeout: 5000 })
  await becomes(t, () => opener.evaluate((button) => button === document.activeElement), true)
  await keyboard.press('Escape')
  await becomes(t, () => focusedIn(alice.page), 'room-composer-input')
})

/** The message that has the focus, or else the name of what has it. */
function focusedIn(page: Page): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement
    const message = focused?.matches('.message') === true ? focused : null
    return message?.querySelector('.message-body')?.textContent ?? focused?.className ?? ''
  })
}

/** Presses Tab until it has led into this part of the page and out of it again; answers at what it stopped inside. */
async function stopsIn(page: Page, part: string): Promise<string[]> {
  const stops: string[] = []
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    const isInside = await page.evaluate((selector) => document.activeElement?.closest(selector) !== null, part)
    if (isInside) stops.push(await focusedIn(page))
    else if (stops.length > 0) return stops
  }
  return stops
}
