import test from 'ava'
import type { ExecutionContext } from 'ava'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { aliceAndBob, ask, openRoomFor, requireBodies, requireFocus, say, sendButton } from './room-windows.ts'

/** What others decide about who comes into a room, speaks in it and stays. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('a door is as it is now: full and free as it is told, opened by an invitation, and gone', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const carol = await signedInWindow(t, browser(), stack(), 'carol')
  const room = await openRoomFor(alice, [bob], { seats: 1 })
  const { page } = carol
  const door = page.locator('.room-instead')
  await countsAreTold(room)
  let reads = 0
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === `/v1/rooms/${room}`) reads += 1
  })
  await page.goto(`/rooms/${room}`)
  await door.getByRole('button', { name: 'Full' }).waitFor()
  // Once by the page, and once more when its stream is open.
  await eventually(() => reads === 2)

  await ask(bob, 'DELETE', `/v1/rooms/${room}/members/me`)
  await door.getByRole('button', { name: 'Take a seat' }).waitFor()
  await countsAreTold(room)
  await ask(bob, 'PUT', `/v1/rooms/${room}/members/me`)
  await door.getByRole('button', { name: 'Full' }).waitFor()
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { seats: 2 })
  await door.getByRole('button', { name: 'Take a seat' }).waitFor()
  t.is(reads, 2)

  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
  await door.getByText('This room is not here for you any more.').waitFor()
  await ask(alice, 'POST', `/v1/rooms/${room}/invitations`, { username: 'carol' })
  await door.getByRole('button', { name: 'Take a seat' }).click()
  await page.locator('.room-composer-input').waitFor()
  await say(page, 'thank you')
  await page.locator('.message-own [data-state=stored]').waitFor()
  await requireBodies(t, page, ['thank you'])
})

inBrowser(
  'who is given the role of a mentor finds how to open a room at the next visit, and loses it with the role',
  async (t) => {
    const gina = await signedInWindow(t, browser(), stack(), 'gina')
    const { page } = gina
    const role = (given: string) => stack().world.sql('accounts').where({ username: 'gina' }).update({ role: given })
    const open = page.getByRole('button', { name: 'Open a room' })
    await page.goto('/rooms')
    await page.getByRole('heading', { name: 'Rooms' }).first().waitFor()
    t.is(await open.count(), 0)

    await role('mentor')
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await page.getByLabel('Name').waitFor()
    await page.getByRole('link', { name: 'Rooms' }).first().click()
    await open.click()
    const dialog = page.getByRole('dialog', { name: 'Open a room' })
    await dialog.getByLabel('Name').and(page.locator(':focus')).waitFor()
    await page.keyboard.type('Mine')
    t.is(await dialog.getByLabel('Name').inputValue(), 'Mine')

    await role('member')
    await dialog.getByLabel('Seats').fill('3')
    await dialog.getByRole('button', { name: 'Open', exact: true }).click()
    await dialog.getByText('You may not do that here.').waitFor()
    await open.waitFor({ state: 'detached' })
    t.pass()
  },
)

inBrowser('who had to leave takes a seat again where they stand', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  await bob.page.goto(`/rooms/${room}`)
  // Who hears what they said hears that they have to leave; before that they would stand before the door.
  await say(bob.page, 'here I am')
  await bob.page.locator('.message-own [data-state=stored]').waitFor()
  await bob.page.locator('.room-composer-input').fill('half a thought')

  await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)
  await bob.page.getByText('You were asked to leave this room.').first().waitFor()
  await bob.page.getByRole('button', { name: 'Take a seat' }).click()

  await becomes(t, () => bob.page.locator('.room-composer-input').inputValue(), 'half a thought')
})

inBrowser('who had to leave a room that is there for them no more is offered no seat', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const instead = bob.page.locator('.room-instead')
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
  await bob.page.goto(`/rooms/${room}`)
  await say(bob.page, 'here I am')
  await bob.page.locator('.message-own [data-state=stored]').waitFor()

  await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)
  await instead.getByText('You were asked to leave this room.').waitFor()

  await instead.getByRole('button', { name: 'Take a seat' }).waitFor({ state: 'detached' })
  t.false(await instead.getByText('If a seat is free').isVisible())
  await instead.getByRole('link', { name: 'Back to the rooms' }).waitFor()
})

inBrowser('whether there is a seat is said once it is known', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = bob
  const instead = page.locator('.room-instead')
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
  await page.goto(`/rooms/${room}`)
  await say(page, 'here I am')
  await page.locator('.message-own [data-state=stored]').waitFor()
  await page.locator('.room-composer-input').focus()
  const seen = await page.evaluateHandle(() => {
    const told: string[] = []
    new MutationObserver(() => {
      const words = document.querySelector('[aria-live=assertive]')?.textContent ?? ''
      const buttons = [...document.querySelectorAll('.room-instead button')]
      const offers = buttons.filter((button) => button.checkVisibility({ visibilityProperty: true }))
      const now = `${words}, ${offers.length} offered`
      if (words !== '' && told.at(-1) !== now) told.push(now)
    }).observe(document.body, { attributes: true, childList: true, subtree: true })
    return told
  })
  // The answer comes when it is known that one had to leave.
  let before: string | undefined
  await page.route(`**/v1/rooms/${room}`, async (route) => {
    await instead.waitFor({ state: 'attached' })
    before = await instead.innerText()
    await route.continue()
  })

  await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)
  await instead.getByRole('link', { name: 'Back to the rooms' }).waitFor()
  await eventually(async () => before !== undefined && (await seen.jsonValue()).length > 0)

  t.deepEqual(await seen.jsonValue(), ['You were asked to leave this room., 0 offered'])
  t.deepEqual(before?.split(/\n+/), ['You were asked to leave this room.', 'Back to the rooms'])
  await requireFocus(t, bob, '.room-instead')
})

inBrowser(
  'a seat that is offered once it is known moves nothing, and leaves the focus in its place when it goes',
  async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    const { page } = bob
    const instead = page.locator('.room-instead')
    const back = instead.getByRole('link', { name: 'Back to the rooms' })
    const seat = instead.getByRole('button', { name: 'Take a seat' })
    await page.goto(`/rooms/${room}`)
    await say(page, 'here I am')
    await page.locator('.message-own [data-state=stored]').waitFor()
    await page.locator('.room-composer-input').focus()
    const before: unknown[] = []
    await page.route(`**/v1/rooms/${room}`, async (route) => {
      await back.waitFor()
      before.push(await back.boundingBox(), await seat.count())
      await route.continue()
    })

    await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)
    await seat.waitFor()

    t.deepEqual(before.slice(0, 2), [await back.boundingBox(), 0])
    await instead.getByText('If a seat is free').waitFor()
    await page.keyboard.press('Tab')
    await seat.and(page.locator(':focus')).waitFor()
    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
    await page.keyboard.press('Enter')
    await seat.waitFor({ state: 'detached' })
    await instead.and(page.locator(':focus')).waitFor()
    t.true(await back.isVisible())
  },
)

inBrowser('the words of an edit that arrived when a room was muted are not shown as unsent', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = bob
  const unsent = page.getByLabel('What you were writing')
  const isMuted = Promise.withResolvers<void>()
  await page.routeWebSocket('**/v1/socket', (socket) => {
    const server = socket.connectToServer()
    let edit: unknown
    socket.onMessage((text) => {
      const { type, ref } = JSON.parse(String(text))
      if (type === 'edit') edit = ref
      server.send(text)
    })
    server.onMessage((text) => {
      const { ref } = JSON.parse(String(text))
      if (ref !== undefined && ref === edit) void isMuted.promise.then(() => socket.send(text))
      else socket.send(text)
    })
  })
  await page.goto(`/rooms/${room}`)
  await say(page, 'as it was')
  await page.locator('.message-mark[data-state=stored]').waitFor()
  await page.locator('.message').last().press('e')
  await page.getByLabel('Edit the message').fill('as it shall be')
  await page.keyboard.press('Enter')
  await page.locator('.message-body', { hasText: 'as it shall be' }).waitFor()

  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
  await page.locator('.room-composer-silent').waitFor()
  t.is(await unsent.inputValue(), 'as it shall be')
  isMuted.resolve()

  await unsent.waitFor({ state: 'detached' })
  t.deepEqual(bob.complaints, [])
})

inBrowser(
  'what an edit had made of a message is shown until it is thrown away, also to who may write again',
  async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    const { page } = bob
    const field = page.locator('.room-composer-input')
    const unsent = page.getByLabel('What you were writing')
    await page.goto(`/rooms/${room}`)
    await say(page, 'as it was')
    await page.locator('.message-mark:not([data-state=sending])').waitFor()
    await field.fill('next words')
    await page.locator('.message').last().press('e')
    await page.getByLabel('Edit the message').fill('as it may be')

    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
    await page.locator('.room-composer-silent').waitFor()
    await becomes(t, () => unsent.count(), 2)
    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'members' })
    await becomes(t, () => field.inputValue(), 'next words')
    t.is(await unsent.inputValue(), 'as it may be')
    await page.getByRole('button', { name: 'Discard' }).click()
    await unsent.waitFor({ state: 'detached' })
    t.is(await field.inputValue(), 'next words')
    t.deepEqual(bob.complaints, [])
  },
)

inBrowser('who stands before the door of a room sees it close', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const carol = await signedInWindow(t, browser(), stack(), 'carol')
  const room = await openRoomFor(alice, [])
  await carol.page.goto(`/rooms/${room}`)
  const seat = carol.page.locator('.room-instead').getByRole('button')
  await seat.getByText('Take a seat').waitFor()

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)

  await seat.getByText('Closed').waitFor({ timeout: 60_000 })
  t.true(await seat.isDisabled())
  t.deepEqual(carol.complaints, [])
})

inBrowser('a room that is not there is told so, without a try that would not find it either', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice')
  for (const id of ['01890000-0000-7000-8000-000000000000', 'nowhere']) {
    await alice.page.goto(`/rooms/${id}`)
    await alice.page.locator('.room-instead').getByRole('link').waitFor()
    t.is(await alice.page.locator('.room-instead').getByRole('button').count(), 0)
  }
})

for (const { deed, yes, told } of [
  { deed: 'Ask to leave', yes: 'Ask to leave', told: 'You were asked to leave this room.' },
  { deed: 'Ban', yes: 'Ban', told: 'You are banned from this room.' },
]) {
  inBrowser(`who is sent away (${deed}) is told so where they were writing`, async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
    await bob.page.locator('.room-composer-input').focus()
    // Nobody moves in the list of people any more while it is pressed.
    await alice.page.locator('.room-head-people', { hasText: /^2/ }).waitFor()

    await alice.page.getByRole('button', { name: /about bob/i }).click()
    await alice.page.getByRole('menuitem', { name: deed }).click()
    await alice.page.getByRole('dialog').getByRole('button', { name: yes }).click()

    await bob.page.locator('.room-instead').getByText(told).waitFor()
    await bob.page.locator('.room-composer').waitFor({ state: 'detached' })
    await requireFocus(t, bob, '.room-instead')
    await heard(t, bob, told)
    await alice.page.locator('.room-line', { hasText: 'bob' }).last().waitFor()
    t.deepEqual(bob.complaints, [])
  })
}

inBrowser('somebody comes while a menu is open about them: it stays open, and does what it says', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  await alice.page.goto(`/rooms/${room}`)
  // She has come herself: nobody moves in the list of people while it is pressed.
  await alice.page.locator('.room-head-people', { hasText: /^1/ }).waitFor()
  const line = alice.page.locator('.room-panel-person', { hasText: 'bob' })
  await line.getByRole('button', { name: /about bob/i }).click()
  const choice = alice.page.getByRole('menuitem', { name: 'Ask to leave' })
  await choice.waitFor()

  await bob.page.goto(`/rooms/${room}`)
  await alice.page.locator('.room-head-people', { hasText: /^2/ }).waitFor()
  await choice.click()
  await line.and(alice.page.locator('[data-here]')).waitFor()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Ask to leave' }).click()

  await bob.page.getByText('You were asked to leave this room.').first().waitFor()
  await line.waitFor({ state: 'detached' })
  t.deepEqual(alice.complaints, [])
})

for (const { late, lateMs } of [
  { late: 'three seconds', lateMs: 3000 },
  { late: 'five minutes', lateMs: 300_000 },
]) {
  inBrowser(`slow mode is over after its seconds where the clock of the device is ${late} late`, async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    // Longer than a busy machine needs to show that it has begun.
    const slowModeSeconds = 6
    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { slowModeSeconds })
    await bob.page.addInitScript((ms) => {
      const here = Date.now
      Date.now = () => here() - ms
    }, lateMs)
    await bob.page.goto(`/rooms/${room}`)
    const notes = bob.page.locator('.room-composer-notes')

    await say(bob.page, 'first')
    await notes.getByText(/again in [1-6] /).waitFor()
    await bob.page.locator('.room-composer-input').fill('second')
    t.true(await sendButton(bob.page).isDisabled())
    // For as long as nothing would have looked at the time any more.
    await bob.page.waitForTimeout(slowModeSeconds * 1000 + 1500)
    await bob.page.locator('.room-composer-row button[type=submit]:enabled').waitFor({ timeout: 20_000 })
    await sendButton(bob.page).click()

    await bob.page.locator('.message-own', { hasText: 'second' }).locator('[data-state=stored]').waitFor()
    await requireBodies(t, bob.page, ['first', 'second'])
  })
}

inBrowser('what was refused where one may not be any more is there to be copied and discarded', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { context, page } = bob
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/rooms/${room}`)
  await page.locator('.room-composer-input').waitFor()
  await context.setOffline(true)
  await say(page, 'the first of two\nlines')
  await say(page, 'and another word')
  await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)
  await context.setOffline(false)

  // Where one stands when it happens, and before the door.
  const refused = page.locator('.refused-message')
  await refused.nth(1).waitFor({ timeout: 60_000 })
  await page.reload()
  await page.getByRole('button', { name: 'Take a seat' }).waitFor()
  await refused.nth(1).waitFor()
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })

  // In the list of rooms, where the room itself is not.
  await page.goto('/rooms')
  await page.locator('.rooms-section').first().waitFor()
  await refused.nth(1).waitFor()
  t.is(await page.locator(`.room-card-link[href="/rooms/${room}"]`).count(), 0)
  await refused.filter({ hasText: 'lines' }).getByRole('button', { name: 'Copy the text' }).click()
  await page.getByText('Copied').waitFor()
  t.is(await page.evaluate(() => navigator.clipboard.readText()), 'the first of two\nlines')
  await refused.filter({ hasText: 'lines' }).getByRole('button', { name: 'Discard' }).click()
  await refused.nth(1).waitFor({ state: 'detached' })
  await refused.getByRole('button', { name: 'Discard' }).click()
  await page.getByRole('heading', { name: 'Not sent' }).waitFor({ state: 'detached' })
  await page.goto('/settings')
  await page.getByRole('button', { name: 'Sign out' }).click()

  // Nobody asks about messages that wait.
  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  t.pass()
})

inBrowser('what was refused can be sent again, or discarded', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(bob.page, 'may I?')
  await alice.page.getByText('may I?').waitFor()
  await bob.page.locator('.message-mark[data-state=stored]').waitFor()
  await bob.context.setOffline(true)
  await say(bob.page, 'let me say this')
  await say(bob.page, 'and this')
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
  await bob.context.setOffline(false)

  const failed = bob.page.locator('.message-own', { hasText: 'Not sent' })
  await failed.nth(1).waitFor({ timeout: 60_000 })
  t.is(await alice.page.getByText('let me say this').count(), 0)
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'members' })
  await bob.page.locator('.room-composer-input').waitFor()
  await failed.filter({ hasText: 'let me say this' }).getByRole('button', { name: 'Send again' }).click()
  await alice.page.getByText('let me say this').waitFor()
  await failed.filter({ hasText: 'and this' }).getByRole('button', { name: 'Discard' }).click()
  await failed.waitFor({ state: 'detached' })

  for (const { page } of [alice, bob]) await requireBodies(t, page, ['may I?', 'let me say this'])
})

inBrowser(
  'who has not the word is offered no answer and no edit, and goes on with their draft when they get it',
  async (t) => {
    t.timeout(120_000)
    const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
    const { page } = bob
    await page.goto(`/rooms/${room}`)
    await say(page, 'as it was')
    const message = page.locator('.message-own')
    await message.locator('[data-state=stored]').waitFor()
    const field = page.locator('.room-composer-input')
    const silent = page.locator('.room-composer-silent')
    await field.fill('a draft')
    await message.focus()
    await page.keyboard.press('e')
    await eventually(async () => (await field.inputValue()) === 'as it was')

    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
    await silent.waitFor()
    await message.focus()
    for (const key of ['e', 'r']) await page.keyboard.press(key)
    await page.getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menuitem').first().waitFor()
    t.deepEqual(await page.getByRole('menuitem').allInnerTexts(), ['Copy the text', 'Delete'])
    await page.keyboard.press('Escape')
    t.is(await message.getByRole('button', { name: 'Reply' }).count(), 0)
    await message.focus()
    await page.keyboard.press('+')
    await page.getByRole('toolbar').getByRole('button', { name: '🎉' }).click()
    await page.locator('.message-reactions', { hasText: '🎉' }).waitFor()

    await ask(alice, 'PUT', `/v1/rooms/${room}/members/bob/word`)
    await becomes(t, () => field.inputValue(), 'a draft')
    await page.locator('.room-composer-bar').waitFor({ state: 'detached' })
    t.deepEqual(bob.complaints, [])
  },
)

/** Seats are counted for the stream at most once in two seconds. */
async function countsAreTold(room: string): Promise<void> {
  const told = stack().world.sql('room_tellings').where({ room_id: room, is_due: 0 })
  await eventually(async () => (await told.clone().first('room_id')) !== undefined)
}

/** In the region that interrupts what is being read. */
async function heard(t: ExecutionContext, { page }: Window, words: string): Promise<void> {
  const region = page.locator('[aria-live=assertive]')
  await eventually(async () => (await region.textContent())?.includes(words) === true)
  t.pass()
}
