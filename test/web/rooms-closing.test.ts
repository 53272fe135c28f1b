import test from 'ava'
import sharp from 'sharp'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { aliceAndBob, ask, openRoomFor, requireFocus, say, sendButton } from './room-windows.ts'

/** The end of a room: who is in it sees it come, and what waits for its receipt. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

/** What is shown of what one was writing where nothing can be written any more. */
const unsent = (page: Page): Promise<string[]> =>
  page
    .locator('.unsent-words textarea[readonly]')
    .evaluateAll((all: HTMLTextAreaElement[]) => all.map(({ value }) => value))

inBrowser('who waits for a receipt is told why there is none, and sees it come', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = bob
  for (const nowhere of ['999999', 'nothing']) {
    await page.goto(`/rooms/${nowhere}/receipt`)
    await page.getByText('This room is not here for you').waitFor()
  }

  await page.goto(`/rooms/${room}/receipt`)
  await page.getByText('This room is open').waitFor()
  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  await page.getByText('Sealed', { exact: true }).waitFor({ timeout: 60_000 })

  t.is(await page.getByText('The receipt is not there yet').count(), 0)
})

inBrowser('who has no seat is told whom the receipt is for, while the room is open and after', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page } = await signedInWindow(t, browser(), stack(), 'carol')
  const room = await openRoomFor(alice, [])
  const told = page.getByText('The receipt is for those with a seat')
  await page.goto(`/rooms/${room}/receipt`)
  await told.waitFor()

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  await page.reload()
  await told.waitFor()

  t.is(await page.getByText('The receipt is not there yet').count(), 0)
})

inBrowser('who waits for a receipt sees it come though nobody tells that the room was closed', async (t) => {
  t.timeout(200_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page, ...bob } = await signedInWindow(t, browser(), stack(), 'bob')
  const open = page.getByText('This room is open')
  const sealed = page.getByText('Sealed', { exact: true })

  // It is closed before the page listens.
  const room = await openRoomFor(alice, [{ page, ...bob }])
  const listening = Promise.withResolvers<void>()
  await page.route('**/v1/stream', async (route) => {
    await listening.promise
    await route.fallback()
  })
  await page.goto(`/rooms/${room}/receipt`)
  await open.waitFor()
  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  listening.resolve()
  await sealed.waitFor({ timeout: 20_000 })

  // By invitation.
  const quiet = await openRoomFor(alice, [{ page, ...bob }])
  await ask(alice, 'PATCH', `/v1/rooms/${quiet}`, { entry: 'invited' })
  let looks = 0
  page.on('response', (answer) => {
    if (answer.url().endsWith(`/v1/rooms/${quiet}/closing`)) looks += 1
  })
  await page.goto(`/rooms/${quiet}/receipt`)
  await open.waitFor()
  // It has looked once more when it began to listen.
  await eventually(() => looks >= 2)
  await ask(alice, 'POST', `/v1/rooms/${quiet}/close`)
  await sealed.waitFor({ timeout: 60_000 })
  t.pass()
})

inBrowser('a server that could not say why there is no receipt is asked again', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page } = alice
  const room = await openRoomFor(alice, [])
  let isAway = true
  await page.route(`**/v1/rooms/${room}`, (route) =>
    isAway ? route.fulfill({ status: 503, json: { status: 503, code: 'unavailable' } }) : route.fallback(),
  )
  await page.goto(`/rooms/${room}/receipt`)
  await page.getByText('The receipt is not there yet').waitFor()

  isAway = false
  await page.getByText('This room is open').waitFor()
  t.pass()
})

inBrowser('who is writing when the room is closed stands at what says so', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-input').focus()

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)

  await bob.page.getByText('Nothing more can be said here.').first().waitFor()
  await requireFocus(t, bob, '.room-composer-silent')
  t.deepEqual(bob.complaints, [])
})

inBrowser('what one was writing when the room is closed is shown until it is thrown away', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(alice.page, 'as it was')
  await alice.page.locator('.message-mark:not([data-state=sending])').waitFor()
  await alice.page.locator('.room-composer-input').fill('one more thing')
  await alice.page.locator('.message').last().press('e')
  await alice.page.getByLabel('Edit the message').fill('as it may be')
  await bob.page.locator('.room-composer-input').fill('half a thought')

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  await bob.page.getByText('Nothing more can be said here.').first().waitFor()

  await becomes(t, () => unsent(alice.page), ['as it may be', 'one more thing'])
  await becomes(t, () => unsent(bob.page), ['half a thought'])
  await bob.page.reload()
  await bob.page.getByText('Nothing more can be said here.').first().waitFor()
  await becomes(t, () => unsent(bob.page), ['half a thought'])
  await bob.page.getByRole('button', { name: 'Discard' }).click()
  await becomes(t, () => unsent(bob.page), [])
  await bob.page.reload()
  await bob.page.getByText('Nothing more can be said here.').first().waitFor()
  t.deepEqual(await unsent(bob.page), [])
  t.deepEqual(bob.complaints, [])
})

inBrowser('the steps of a closing stand free of all else where nothing was said', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const empty = bob.page.getByText('Nothing was said here.')
  await bob.page.setViewportSize({ width: 360, height: 780 })
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-input').fill('half a thought')

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  await bob.page.locator('.closing').waitFor()
  await bob.page.getByText('Nothing more can be said here.').first().waitFor()

  t.is(await empty.count(), 0)
  await bob.page.locator('.closing a').waitFor({ timeout: 60_000 })
  await bob.page.reload()
  await empty.waitFor()
})

inBrowser(
  'when a room is closed nobody types there or is there, and what comes too late is not offered to be sent again',
  async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
    const here = alice.page.locator('.room-panel', { hasText: 'Here now' })
    await here.waitFor()
    await bob.page.locator('.room-composer-input').fill('late')
    await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor()
    const png = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    await bob.page.setInputFiles('.room-composer input[type=file]', {
      name: 'a.png',
      mimeType: 'image/png',
      buffer: png,
    })
    await bob.page.locator('.tray-sent').waitFor()
    await bob.context.setOffline(true)
    await bob.page.locator('.room-composer-input').fill('')
    await sendButton(bob.page).click()
    await say(bob.page, 'late')
    await bob.page.locator('.message-mark[data-state=sending]').nth(1).waitFor()

    await ask(alice, 'POST', `/v1/rooms/${room}/close`)
    await alice.page.locator('.room-composer-silent').waitFor()

    // Sooner than they would be silent by themselves.
    await becomes(t, () => alice.page.locator('.room-typing').innerText(), '', 2000)
    await here.waitFor({ state: 'detached' })
    await bob.context.setOffline(false)
    const failed = bob.page.locator('.message-failed')
    await failed.nth(1).waitFor({ timeout: 30_000 })
    // Of pictures alone there is no text.
    await becomes(t, () => failed.first().getByRole('button').allInnerTexts(), ['Discard'])
    await becomes(t, () => failed.last().getByRole('button').allInnerTexts(), ['Copy the text', 'Discard'])
  },
)

inBrowser('how far a closing is, is seen while it lasts, and leads to the receipt when it is over', async (t) => {
  t.timeout(180_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'the last word')
  await alice.page.locator('.message-mark:not([data-state=sending])').waitFor()
  await stack().kill('worker-1')
  await alice.page.getByRole('button', { name: 'More about this room' }).click()
  await alice.page.getByRole('menuitem', { name: 'Close the room' }).click()
  await alice.page.getByRole('button', { name: 'Close for good' }).click()

  const closing = alice.page.getByRole('region', { name: 'The room is being closed' })
  await closing.locator('[aria-current=step]').waitFor()
  t.is(await closing.getByRole('link').count(), 0)
  await stack().start('worker-1')

  // What it led to stays, also when the room itself is known to be closed.
  await alice.page.locator('.room-head').getByRole('link', { name: 'Receipt' }).waitFor({ timeout: 60_000 })
  const closed = alice.page.getByRole('region', { name: 'The room is closed' })
  await closed.getByRole('link', { name: 'To the receipt' }).click()
  await alice.page.getByText('1 message by 1 person').waitFor()

  // Who comes later finds the room as it is, without how it came to that.
  await alice.page.goto(`/rooms/${room}`)
  await alice.page.getByText('Nothing more can be said here.').waitFor()
  t.is(await closed.count(), 0)
  t.deepEqual(alice.complaints, [])
})
