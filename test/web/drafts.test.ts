import test from 'ava'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { ask, openRoomFor } from './room-windows.ts'

/** Two tabs of one browser, in which somebody writes at the same place: what is kept there is one for both. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

interface Place {
  path: string
  field: string
  button: string
  said: string
}

const timeline: Place = { path: '/', field: '.composer textarea', button: '.composer-post', said: '[data-post]' }
const ofPost = (id: string): Place => ({
  path: `/posts/${id}`,
  field: '.comment-form textarea',
  button: '.comment-form button[type=submit]',
  said: '.comments-items li',
})
const ofRoom = (id: string): Place => ({
  path: `/rooms/${id}`,
  field: '.room-composer-input',
  button: '.room-composer-row button[type=submit]',
  said: '.message',
})

async function twoTabs({ page, context }: Window, { path, field }: Place): Promise<[Page, Page]> {
  const other = await context.newPage()
  for (const tab of [page, other]) {
    await tab.goto(path)
    await tab.locator(field).waitFor()
  }
  return [page, other]
}

async function send(page: Page, { button, said }: Place, words: string): Promise<void> {
  await page.locator(button).click()
  await page.locator(said).filter({ hasText: words }).first().waitFor()
}

const kept = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith('madang-draft:'))
      .map((key) => localStorage.getItem(key) ?? ''),
  )

inBrowser('what one tab sends takes nothing away of what is written in another', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const post: { id: string } = await ask(alice, 'POST', '/v1/posts', { text: 'Morning' })
  const room = await openRoomFor(alice, [])
  for (const place of [timeline, ofPost(post.id), ofRoom(room)]) {
    for (const isFirst of [true, false]) {
      const [one, two] = await twoTabs(alice, place)
      const [words, short] = [`an essay, ${place.path} ${isFirst}`, `short, ${place.path} ${isFirst}`]
      const writing = [() => one.locator(place.field).fill(words), () => two.locator(place.field).fill(short)]
      for (const write of isFirst ? writing : writing.toReversed()) await write()

      await send(two, place, short)
      await eventually(async () => (await kept(one)).some((draft) => draft.includes(words)) || undefined)

      await one.reload()
      await eventually(async () => (await one.locator(place.field).inputValue()) === words || undefined)
      await send(one, place, words)
      await eventually(async () => (await kept(one)).length === 0 || undefined)
      await two.close()
    }
  }
  t.deepEqual(alice.complaints, [])
})

inBrowser('what was typed last stays also where another tab sends its words in the same moment', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const post: { id: string } = await ask(alice, 'POST', '/v1/posts', { text: 'Evening' })
  const room = await openRoomFor(alice, [])
  const { page } = alice
  for (const { path, field } of [timeline, ofPost(post.id), ofRoom(room)]) {
    await page.goto(path)
    await page.locator(field).fill('an')
    // Once it is drawn, and before there is another frame.
    const left = await page.locator(field).evaluate(async (area: HTMLTextAreaElement, words) => {
      area.value = words
      area.dispatchEvent(new InputEvent('input', { bubbles: true }))
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
      const [key = '', mine = ''] =
        Object.entries(localStorage).find(([, draft]) => String(draft).includes(words)) ?? []
      localStorage.removeItem(key)
      const oldValue = String(mine).replace(words, 'short')
      dispatchEvent(new StorageEvent('storage', { key, oldValue, newValue: null }))
      return localStorage.getItem(key)
    }, `an essay, ${path}`)

    t.true(left?.includes(`an essay, ${path}`), path)
  }
})

inBrowser('other words than those of the tab that a draft came from are another post', async (t) => {
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  await bob.page.goto('/')
  await bob.page.locator(timeline.field).fill('an essay that goes on')
  const other = await bob.context.newPage()
  await other.goto('/')
  await other.locator(timeline.field).fill('an essay that is cut short')

  await send(other, timeline, 'cut short')
  await eventually(async () => (await kept(bob.page)).some((draft) => draft.includes('goes on')) || undefined)
  await send(bob.page, timeline, 'goes on')

  const { items }: { items: { text: string }[] } = await ask(bob, 'GET', '/v1/people/bob/posts')
  t.deepEqual(
    items.map(({ text }) => text),
    ['an essay that goes on', 'an essay that is cut short'],
  )
})

inBrowser('other words that began with the same draft are posted by one press', async (t) => {
  const dora = await signedInWindow(t, browser(), stack(), 'dora')
  await dora.page.goto('/')
  await dora.page.locator(timeline.field).fill('as it began')
  const [one, two] = await twoTabs(dora, timeline)
  t.is(await two.locator(timeline.field).inputValue(), 'as it began')
  await two.locator(timeline.field).fill('as it went on')

  await send(one, timeline, 'as it began')
  await send(two, timeline, 'as it went on')

  const { items }: { items: { text: string }[] } = await ask(dora, 'GET', '/v1/people/dora/posts')
  t.deepEqual(
    items.map(({ text }) => text),
    ['as it went on', 'as it began'],
  )
  await eventually(async () => (await kept(one)).length === 0 || undefined)
  t.deepEqual(dora.complaints, [])
})

inBrowser('other words are posted by one press also where the first tab was written on in meanwhile', async (t) => {
  const erin = await signedInWindow(t, browser(), stack(), 'erin')
  await erin.page.goto('/')
  await erin.page.locator(timeline.field).fill('how it began')
  const [one, two] = await twoTabs(erin, timeline)
  const posting = Promise.withResolvers<void>()
  await one.route('**/v1/posts', async (route) => {
    await posting.promise
    await route.continue()
  })

  const asked = one.waitForRequest('**/v1/posts')
  await one.locator(timeline.button).click()
  await asked
  await one.locator(timeline.field).fill('and something else')
  await two.locator(timeline.field).fill('how it went on')
  posting.resolve()
  await one.locator(timeline.said, { hasText: 'how it began' }).waitFor()
  await send(two, timeline, 'how it went on')

  t.is(await one.locator(timeline.field).inputValue(), 'and something else')
  await send(one, timeline, 'and something else')
  const { items }: { items: { text: string }[] } = await ask(erin, 'GET', '/v1/people/erin/posts')
  t.deepEqual(
    items.map(({ text }) => text),
    ['and something else', 'how it went on', 'how it began'],
  )
  t.deepEqual(erin.complaints, [])
})

inBrowser('who signs out in one tab leaves nothing behind of what was written in another', async (t) => {
  const carol = await signedInWindow(t, browser(), stack(), 'carol')
  const [one, two] = await twoTabs(carol, timeline)
  await one.locator(timeline.field).fill('mine alone')
  await two.locator(timeline.field).fill('and this')

  await two.goto('/settings')
  await two.getByRole('button', { name: 'Sign out' }).first().click()
  await one.getByRole('link', { name: 'Sign in' }).first().waitFor()

  await becomes(t, () => kept(one), [])
})
