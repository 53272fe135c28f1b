import test from 'ava'
import type { ExecutionContext } from 'ava'
import sharp from 'sharp'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { ask, bodiesOf, openRoomFor, say, sendButton } from './room-windows.ts'

/** What goes wrong around a conversation: servers die, networks end, pages are loaded anew, messages are refused, people are sent away. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

/** What the client promises after the death of a server. */
const promisedMs = 2000
/** Half of so many deaths have to be got over in time; when they were not, of so many more: on a machine that tests run on, other things take time too. */
const [leastDeaths, mostDeaths] = [3, 7]
/** None may take longer, whatever else the machine does. */
const longestMs = 4 * promisedMs
/** A connection that stood for less is young: the client is slower to trust the next one. */
const stoodMs = 5000

for (const { how, standsMs } of [
  { how: 'right after it was come to', standsMs: 0 },
  { how: 'in the middle of a conversation', standsMs: stoodMs + 500 },
]) {
  inBrowser(`a server dies ${how}: both have the next message within two seconds, once`, async (t) => {
    t.timeout(400_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { server: 'server-1', role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob', { server: 'server-2' })
    const room = await openRoomFor(alice, [bob])
    const said: string[] = []
    const tooks: number[] = []

    while (tooks.length < leastDeaths || (medianOf(tooks) > promisedMs && tooks.length < mostDeaths)) {
      for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
      said.push(`before ${tooks.length}`)
      await say(alice.page, said.at(-1)!)
      await bob.page.getByText(said.at(-1)!, { exact: true }).waitFor()
      await alice.page.waitForTimeout(standsMs)
      tooks.push(await deathBetween(alice, bob, said))
      await stack().start('server-1')
    }

    t.log(`heard and answered ${tooks.map((ms) => Math.round(ms)).join(', ')} ms after the server died`)
    t.true(medianOf(tooks) <= promisedMs)
    t.true(Math.max(...tooks) <= longestMs)
    for (const { page } of [alice, bob]) t.deepEqual(await bodiesOf(page), said)
  })
}

/** Of an even number the longer one of the two. */
function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[times.length >> 1] ?? Infinity
}

/** Kills the server of the first; each says something then. Answers how long it took until both had heard it. */
async function deathBetween(one: Window, other: Window, said: string[]): Promise<number> {
  const turn = said.length
  await stack().kill('server-1')
  const killedAt = performance.now()
  said.push(`without a server ${turn}`)
  await say(one.page, said.at(-1)!)
  await other.page.getByText(said.at(-1)!, { exact: true }).waitFor({ timeout: 60_000 })
  said.push(`answered ${turn}`)
  await say(other.page, said.at(-1)!)
  await one.page.getByText(said.at(-1)!, { exact: true }).waitFor({ timeout: 60_000 })
  return performance.now() - killedAt
}

inBrowser('what was on its way when the page was loaded anew is sent once', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(alice.page, 'first')
  await bob.page.getByText('first').waitFor()

  await alice.context.setOffline(true)
  await say(alice.page, 'written in a tunnel')
  const unsent = alice.page.locator('.message-own', { hasText: 'written in a tunnel' })
  await unsent.locator('.message-mark[data-state=sending]').waitFor()
  // The page is gone before there is a network again: only what it has kept can be sent.
  await alice.page.goto('about:blank')
  await alice.context.setOffline(false)
  await alice.page.goto(`/rooms/${room}`)
  await bob.page.getByText('written in a tunnel', { exact: true }).waitFor({ timeout: 60_000 })
  await alice.page
    .locator('.message-own', { hasText: 'written in a tunnel' })
    .locator('.message-mark:not([data-state=sending])')
    .waitFor()
  await say(alice.page, 'last')
  await bob.page.getByText('last', { exact: true }).waitFor()

  for (const { page } of [alice, bob]) t.deepEqual(await bodiesOf(page), ['first', 'written in a tunnel', 'last'])
})

inBrowser('what is being sent is a draft until it is written down', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'first')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  // A transaction that does not end keeps everybody else from writing.
  const holder = await alice.context.newPage()
  await holder.goto(`${alice.address}/livez`)
  await holder.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('madang')
        opening.addEventListener('success', () => {
          const store = opening.result.transaction('outbox', 'readwrite').objectStore('outbox')
          const goOn = (): void => store.get('nothing').addEventListener('success', goOn)
          store.get('nothing').addEventListener('success', () => resolve(goOn()))
        })
      }),
  )
  const field = alice.page.locator('.room-composer-input')

  await say(alice.page, 'almost lost')
  await eventually(async () => (await field.inputValue()) === '')
  await alice.page.reload()
  await field.waitFor()
  t.is(await field.inputValue(), 'almost lost')

  await holder.close()
  await field.press('Enter')
  await alice.page.locator('.message-own', { hasText: 'almost lost' }).waitFor()
  await eventually(async () => (await field.inputValue()) === '')
  await alice.page.reload()
  await field.waitFor()
  t.is(await field.inputValue(), '')
  t.deepEqual(await bodiesOf(alice.page), ['first', 'almost lost'])
})

inBrowser('a reply that could not be kept comes back with what it answers to', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  const { page } = alice
  await page.goto(`/rooms/${room}`)
  await say(page, 'who comes?')
  await page.locator('.message-mark[data-state=stored]').waitFor()
  await page.locator('.message-own').focus()
  await page.keyboard.press('r')
  const answered = page.locator('.room-composer-bar', { hasText: 'who comes?' })
  await answered.waitFor()
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype
    Object.assign(globalThis, { put })
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('there is no space left', 'QuotaExceededError')
    }
  })
  const field = page.locator('.room-composer-input')

  await say(page, 'I do')
  await page.locator('.toast').waitFor()
  t.is(await field.inputValue(), 'I do')
  await answered.waitFor()

  await page.evaluate(() => {
    IDBObjectStore.prototype.put = (globalThis as unknown as { put: IDBObjectStore['put'] }).put
  })
  await field.press('Enter')
  await page.locator('.message-own', { hasText: 'I do' }).locator('.message-quote').waitFor()
  await answered.waitFor({ state: 'detached' })
  t.deepEqual(await bodiesOf(page), ['who comes?', 'I do'])
})

inBrowser('an edit that did not arrive stays in the field, and is sent by another press', async (t) => {
  t.timeout(180_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(alice.page, 'helo')
  await bob.page.getByText('helo').waitFor()
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  const field = alice.page.locator('.room-composer-input')
  const saving = alice.page.getByText('Saving…')

  await alice.context.setOffline(true)
  await alice.page.locator('.message-own').focus()
  await alice.page.keyboard.press('e')
  await field.fill('hello, all of you')
  await field.press('Enter')
  await saving.waitFor()
  t.is(await field.inputValue(), 'hello, all of you')
  await saving.waitFor({ state: 'detached', timeout: 60_000 })
  t.is(await field.inputValue(), 'hello, all of you')
  t.deepEqual(await bodiesOf(bob.page), ['helo'])

  await alice.context.setOffline(false)
  await field.press('Enter')
  await bob.page.locator('.message-body', { hasText: 'hello, all of you' }).waitFor({ timeout: 60_000 })
  await eventually(async () => (await field.inputValue()) === '')
  await eventually(() => field.evaluate((element) => element === document.activeElement))
  for (const { page } of [alice, bob]) t.deepEqual(await bodiesOf(page), ['hello, all of you'])
})

for (const { late, lateMs } of [
  { late: 'three seconds', lateMs: 3000 },
  { late: 'five minutes', lateMs: 300_000 },
]) {
  inBrowser(`slow mode is over after its seconds where the clock of the device is ${late} late`, async (t) => {
    t.timeout(120_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob')
    const room = await openRoomFor(alice, [bob])
    const slowModeSeconds = 3
    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { slowModeSeconds })
    await bob.page.addInitScript((ms) => {
      const here = Date.now
      Date.now = () => here() - ms
    }, lateMs)
    await bob.page.goto(`/rooms/${room}`)
    const notes = bob.page.locator('.room-composer-notes')

    await say(bob.page, 'first')
    await notes.getByText(/again in [1-3] /).waitFor()
    await bob.page.locator('.room-composer-input').fill('second')
    t.true(await sendButton(bob.page).isDisabled())
    // For as long as nothing would have looked at the time any more.
    await bob.page.waitForTimeout(slowModeSeconds * 1000 + 1500)
    await bob.page.locator('.room-composer-row button[type=submit]:enabled').waitFor({ timeout: 20_000 })
    await sendButton(bob.page).click()

    await bob.page.locator('.message-own', { hasText: 'second' }).locator('[data-state=stored]').waitFor()
    t.deepEqual(await bodiesOf(bob.page), ['first', 'second'])
  })
}

inBrowser('what was refused can be sent again, or discarded', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(bob.page, 'may I?')
  await alice.page.getByText('may I?').waitFor()
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

  for (const { page } of [alice, bob]) t.deepEqual(await bodiesOf(page), ['may I?', 'let me say this'])
})

inBrowser(
  'who has not the word is offered no answer and no edit, and goes on with their draft when they get it',
  async (t) => {
    t.timeout(120_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob')
    const room = await openRoomFor(alice, [bob])
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
    await field.waitFor()
    t.is(await field.inputValue(), 'a draft')
    t.is(await page.locator('.room-composer-bar').count(), 0)
    t.deepEqual(bob.complaints, [])
  },
)

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
  t.deepEqual(await bodiesOf(page), ['thank you'])
})

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

inBrowser('what was refused stays, and says so, where the storage of the device fails', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  const { page } = bob
  await page.goto(`/rooms/${room}`)
  await say(page, 'may I?')
  await page.getByText('may I?').waitFor()
  await bob.context.setOffline(true)
  await say(page, 'let me say this')
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
  await bob.context.setOffline(false)
  const failed = page.locator('.message-own', { hasText: 'Not sent' })
  await failed.waitFor({ timeout: 60_000 })
  const broken: string[] = []
  page.on('pageerror', ({ message }) => void broken.push(message))
  await page.evaluate(() => {
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException('The disk is gone', 'UnknownError')
    }
  })

  await failed.getByRole('button', { name: 'Send again' }).click()
  await page.locator('.toast-danger').waitFor()

  t.true(await failed.getByRole('button', { name: 'Discard' }).isEnabled())
  t.deepEqual(broken, [])
})

inBrowser('who waits for a receipt is told why there is none, and sees it come', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
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

inBrowser('a lost network is told in one place, above the room, which stays whole', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'anybody?')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()

  await alice.context.setOffline(true)
  await alice.page.locator('.connection-line-words').waitFor()
  // Of the room itself, for as long as it would take to be told a second time.
  const second = alice.page.locator('.room output:not(:empty)')
  await t.throwsAsync(second.waitFor({ timeout: 6000 }))

  t.regex(await alice.page.locator('.connection-line').innerText(), /offline.*kept and sent/s)
  const [writing, height] = await Promise.all([
    alice.page.locator('.room-composer').boundingBox(),
    alice.page.evaluate(() => [innerHeight, document.documentElement.scrollHeight]),
  ])
  t.true((writing?.y ?? 0) + (writing?.height ?? 0) <= height[0]!)
  t.is(height[1], height[0])
})

inBrowser('where nothing can be written, a lost network is told without a promise to send it', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-silent').waitFor()

  await bob.context.setOffline(true)

  const line = bob.page.locator('.connection-line-words')
  await line.waitFor()
  t.regex(await line.innerText(), /offline/)
  t.notRegex(await line.innerText(), /kept/)
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
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob')
    const room = await openRoomFor(alice, [bob])
    for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
    await bob.page.locator('.room-composer-input').focus()

    await alice.page.getByRole('button', { name: /about bob/i }).click()
    await alice.page.getByRole('menuitem', { name: deed }).click()
    await alice.page.getByRole('dialog').getByRole('button', { name: yes }).click()

    await bob.page.locator('.room-instead').getByText(told).waitFor()
    t.is(await bob.page.locator('.room-composer').count(), 0)
    t.true(await holdsFocus(bob, '.room-instead'))
    await heard(t, bob, told)
    await alice.page.locator('.room-line', { hasText: 'bob' }).last().waitFor()
    t.deepEqual(bob.complaints, [])
  })
}

inBrowser('somebody comes while a menu is open about them: it stays open, and does what it says', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  await alice.page.goto(`/rooms/${room}`)
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

inBrowser('servers that hear and say nothing are told of, and what was written meanwhile is sent once', async (t) => {
  t.timeout(240_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'before the silence')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  const line = alice.page.locator('.connection-line-words')
  const pids = (['server-1', 'server-2'] as const).flatMap((name) => stack().pidOf(name) ?? [])
  t.is(pids.length, 2)
  const tell = (signal: 'SIGSTOP' | 'SIGCONT'): void => pids.forEach((pid) => process.kill(pid, signal))
  t.teardown(() => tell('SIGCONT'))

  tell('SIGSTOP')
  await say(alice.page, 'into the silence')
  await line.getByText('Connecting again').waitFor({ timeout: 90_000 })
  await alice.page.evaluate(() => {
    const seen: string[] = []
    Object.assign(globalThis, { seen })
    new MutationObserver(() => seen.push(document.querySelector('.connection-line')?.textContent ?? '')).observe(
      document.querySelector('.connection-line')!,
      { childList: true, subtree: true, characterData: true },
    )
  })
  // Through the next tries, each of which stands open for a while without an answer.
  await alice.page.waitForTimeout(12_000)
  t.deepEqual(await alice.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen), [])
  tell('SIGCONT')

  await line.waitFor({ state: 'detached', timeout: 90_000 })
  await alice.page.locator('.message-own', { hasText: 'into the silence' }).locator('[data-state=stored]').waitFor()
  t.deepEqual(await bodiesOf(alice.page), ['before the silence', 'into the silence'])
})

inBrowser('who is writing when the room is closed stands at what says so', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-input').focus()

  await ask(alice, 'POST', `/v1/rooms/${room}/close`)

  await bob.page.getByText('Nothing more can be said here.').first().waitFor()
  t.true(await holdsFocus(bob, '.room-composer-silent'))
  t.deepEqual(bob.complaints, [])
})

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

inBrowser('who writes is seen writing', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  // Both are connected: of typing nothing is kept for who is not there yet.
  await say(alice.page, 'hello')
  await bob.page.getByText('hello').waitFor()
  await bob.page.locator('.room-composer-input').pressSequentially('so')
  await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor()

  await bob.page.keyboard.press('Enter')

  await alice.page.locator('.message-body', { hasText: 'so' }).waitFor()
  await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor({ state: 'detached' })
  t.is(await alice.page.locator('.room-typing').innerText(), '')
})

inBrowser('Enter pressed twice sends words and pictures once', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  const field = alice.page.locator('.room-composer-input')
  await field.fill('look')
  const buffer = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  await alice.page.setInputFiles('.room-composer input[type=file]', { name: 'teal.png', mimeType: 'image/png', buffer })
  await alice.page.locator('.tray-sent').waitFor()

  // Twice before the page is drawn anew, and once more before anything can have been kept.
  await field.evaluate(async (area) => {
    const press = (): boolean =>
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    press()
    press()
    await Promise.resolve()
    press()
  })
  await say(alice.page, 'that was all')
  await alice.page.locator('.message-own', { hasText: 'that was all' }).locator('[data-state=stored]').waitFor()

  t.deepEqual(await bodiesOf(alice.page), ['look', 'that was all'])
  t.is(await alice.page.locator('.message-own').count(), 2)
  t.deepEqual(alice.complaints, [])
})

/** Seats are counted for the stream at most once in two seconds: what came and went in between is not told. */
async function countsAreTold(room: string): Promise<void> {
  const told = stack().world.sql('room_tellings').where({ room_id: room, is_due: 0 })
  await eventually(async () => (await told.clone().first('room_id')) !== undefined)
}

function holdsFocus({ page }: Window, selector: string): Promise<boolean> {
  return page.evaluate((part) => document.activeElement?.closest(part) !== null, selector)
}

/** In the region that interrupts what is being read. */
async function heard(t: ExecutionContext, { page }: Window, words: string): Promise<void> {
  const region = page.locator('[aria-live=assertive]')
  await eventually(async () => (await region.textContent())?.includes(words) === true)
  t.pass()
}
