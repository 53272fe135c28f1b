import test from 'ava'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { aliceAndBob, ask, bodiesOf, openRoomFor, requireBodies, say } from './room-windows.ts'

/** What goes wrong around a conversation: servers die, networks end, pages are loaded anew, devices cannot keep what they are given. */

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
    for (const { page } of [alice, bob]) await requireBodies(t, page, said)
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
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
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

  for (const { page } of [alice, bob]) await requireBodies(t, page, ['first', 'written in a tunnel', 'last'])
})

inBrowser('what is being sent is a draft until it is written down', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const room = await openRoomFor(alice, [])
  await alice.page.goto(`/rooms/${room}`)
  await say(alice.page, 'first')
  await alice.page.locator('.message-mark[data-state=stored]').waitFor()
  const holder = await holdStorage(alice)
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
  await requireBodies(t, alice.page, ['first', 'almost lost'])
})

inBrowser('rooms are listed and heard where the storage of the device does not answer', async (t) => {
  t.timeout(180_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = alice
  await page.goto(`/rooms/${room}`)
  await say(page, 'first')
  await page.locator('.message-mark[data-state=stored]').waitFor()
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.getByText('first').waitFor()
  await holdStorage(alice)

  await page.goto('/rooms')
  await page.locator('.rooms-section').first().waitFor()
  await page.locator(`.rooms-section a[href="/rooms/${room}"]`).click()
  await page.locator('.message-body', { hasText: 'first' }).waitFor()
  await say(bob.page, 'second')
  await page.locator('.message-body', { hasText: 'second' }).waitFor()
  await requireBodies(t, page, ['first', 'second'])
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
  await requireBodies(t, page, ['who comes?', 'I do'])
})

inBrowser('an edit that did not arrive stays in the field, and is sent by another press', async (t) => {
  t.timeout(180_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
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
  for (const { page } of [alice, bob]) await requireBodies(t, page, ['hello, all of you'])
})

inBrowser('what was refused stays, and says so, where the storage of the device fails', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = bob
  await page.goto(`/rooms/${room}`)
  await say(page, 'may I?')
  // Sent, and not only shown: else it would be refused with the next one.
  await page.locator('.message-mark[data-state=stored]').waitFor()
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

  await becomes(t, () => failed.getByRole('button', { name: 'Discard' }).isEnabled(), true)
  t.deepEqual(broken, [])
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
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { speak: 'mentors' })
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-silent').waitFor()

  await bob.context.setOffline(true)

  const line = bob.page.locator('.connection-line-words', { hasText: 'offline' })
  await line.waitFor()
  t.notRegex(await line.innerText(), /kept/)
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
  await requireBodies(t, alice.page, ['before the silence', 'into the silence'])
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

  await requireBodies(t, alice.page, ['look', 'that was all'])
  t.is(await alice.page.locator('.message-own').count(), 2)
  t.deepEqual(alice.complaints, [])
})

/** A transaction that does not end keeps everybody else from reading and writing what the device keeps, until the answered page is closed. */
async function holdStorage({ address, context }: Window): Promise<Page> {
  const holder = await context.newPage()
  await holder.goto(`${address}/livez`)
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
  return holder
}
