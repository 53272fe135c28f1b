import test from 'ava'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, passwordOf, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What is left on a device when somebody signs out: nothing, and not without having been told. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('unsent messages are told of before signing out, and go with the drafts', async (t) => {
  const { page, context, address } = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const opened = await context.request.post('/v1/rooms', { data: { name: 'The well', seats: 5 }, headers })
  const { id } = (await opened.json()) as { id: string }
  await page.goto('/')
  await page.locator('.composer textarea').fill('a post not posted')
  await page.goto(`/rooms/${id}`)
  const field = page.locator('.room-composer-input')
  await field.waitFor()
  await page.getByText('Nothing has been said yet').waitFor()
  await page.getByRole('link', { name: 'Settings' }).waitFor()
  t.teardown(async () => {
    await stack().start('server-1')
    await stack().start('server-2')
  })
  await stack().kill('server-1')
  await stack().kill('server-2')
  await field.fill('nobody hears this')
  await field.press('Enter')
  await page.getByText('nobody hears this').first().waitFor()
  await field.fill('and this is not even sent')
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('madang-draft:')))
  await becomes(t, async () => (await kept()).length, 2)
  await page.route('**/v1/sessions/**', (route) => route.fulfill({ status: 204 }))

  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  const question = page.getByRole('dialog', { name: 'Sign out all the same?' })
  await question.getByText('1 message has not been sent yet.').waitFor()
  await question.getByRole('button', { name: 'Cancel' }).click()
  t.is((await kept()).length, 2)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await question.getByRole('button', { name: 'Sign out' }).click()

  await page.getByRole('link', { name: 'Create account' }).first().waitFor()
  await becomes(t, kept, [])
  const waiting = await eventually(() =>
    page.evaluate(
      () =>
        new Promise<number | false>((resolve) => {
          const opening = indexedDB.open('madang')
          opening.addEventListener('success', () => {
            const count = opening.result.transaction('outbox').objectStore('outbox').count()
            count.addEventListener('success', () => resolve(count.result === 0 && 1))
          })
        }),
    ),
  )
  t.is(waiting, 1)
})

inBrowser('what waits is told of and goes before the part that sends it is there, too', async (t) => {
  t.timeout(120_000)
  const { page, context, address } = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const opened = await context.request.post('/v1/rooms', { data: { name: 'The well', seats: 5 }, headers })
  const { id } = (await opened.json()) as { id: string }
  await page.goto(`/rooms/${id}`)
  await page.locator('.room-composer-input').waitFor()
  await context.setOffline(true)
  await page.locator('.room-composer-input').fill('nobody hears this either')
  await page.locator('.room-composer-input').press('Enter')
  await page.locator('.message-mark[data-state=sending]').waitFor()
  await page.goto('about:blank')
  await context.setOffline(false)
  await page.route('**/assets/live-client-*.js', () => undefined)

  await page.goto('/settings')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  const question = page.getByRole('dialog', { name: 'Sign out all the same?' })
  await question.getByText('1 message has not been sent yet.').waitFor()
  await question.getByRole('button', { name: 'Sign out' }).click()

  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await becomes(t, () => keptOf(page, ['nobody hears']), [])
})

inBrowser('who signs out and in again before a page lives is there once', async (t) => {
  t.timeout(120_000)
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  const sockets: string[] = []
  page.on('websocket', (socket) => void sockets.push(socket.url()))
  const come = Promise.withResolvers<void>()
  await page.route('**/assets/live-client-*.js', async (route) => {
    await come.promise
    await route.continue()
  })
  await page.goto('/settings')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password', { exact: true }).fill(passwordOf('alice'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()

  const streaming = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream')
  come.resolve()
  await streaming
  await eventually(() => sockets.length > 0)

  // Another one would have been opened in the same moment.
  await page.getByRole('link', { name: 'About' }).click()
  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  t.is(sockets.length, 1)
})

inBrowser('whoever signs in next in the same page finds nothing of who was there before', async (t) => {
  t.timeout(120_000)
  const { page, context, address } = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  await signedInWindow(t, browser(), stack(), 'bob')
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const data = { name: 'Only for us', seats: 5, entry: 'invited' }
  const { id } = (await (await context.request.post('/v1/rooms', { data, headers })).json()) as { id: string }
  await page.goto('/')
  await page.locator('.composer textarea').fill('a post for all')
  await page.locator('.composer textarea').press('Control+Enter')
  const heart = page.locator('[data-post]', { hasText: 'a post for all' }).locator('.post-like [aria-pressed]')
  await heart.click()
  await eventually(async () => (await heart.getAttribute('aria-pressed')) === 'true')
  await page.locator('.composer textarea').fill('a post of alice, not posted')
  await page.goto(`/rooms/${id}`)
  await page.locator('.room-composer-input').fill('a secret of the room')
  await page.locator('.room-composer-input').press('Enter')
  await page.locator('.message-mark:not([data-state=sending])').waitFor()
  await page.locator('.room-composer-input').fill('a word of alice, not sent')
  await page.getByRole('link', { name: 'Back to the rooms' }).click()
  await page.getByText('Only for us').waitFor()
  const main = page.getByRole('navigation', { name: 'Main' })
  await main.getByRole('link', { name: 'Timeline' }).click()
  await heart.waitFor()
  await main.getByRole('link', { name: 'Settings' }).click()
  const { id: own } = (await (await context.request.get('/v1/me')).json()) as { id: string }

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await page.getByLabel('Username').fill('bob')
  await page.getByLabel('Password', { exact: true }).fill(passwordOf('bob'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()

  await becomes(t, () => keptOf(page, ['alice', `madang-draft:${own}`]), [])
  await main.getByRole('link', { name: 'Timeline' }).click()
  await heart.waitFor()
  t.is(await heart.getAttribute('aria-pressed'), 'false')
  await page.locator('.composer textarea').waitFor()
  t.is(await page.locator('.composer textarea').inputValue(), '')
  await main.getByRole('link', { name: 'Rooms' }).click()
  await page.getByRole('heading', { name: 'Open now' }).waitFor()
  t.is(await page.getByText('Only for us').count(), 0)
  // Back through what the other one has looked at.
  for (const path of [`/rooms/${id}`, '/notifications']) {
    await page.evaluate((to) => history.pushState({}, '', to), path)
    await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate', { state: {} })))
    await page.waitForURL((url) => url.pathname === path)
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .skeleton') === null)
    t.notRegex(await page.locator('body').innerText(), /secret of the room|not sent|not posted|Only for us/)
  }
})

/** Where anything of these names or ids lies in the browser: keys and values of its storages, and messages that wait. */
function keptOf(page: Page, names: readonly string[]): Promise<string[]> {
  return page.evaluate(async (wanted) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('madang')
      opening.addEventListener('success', () => resolve(opening.result))
      opening.addEventListener('error', () => reject(new Error('there is no database')))
    })
    const all = await new Promise<unknown[]>((resolve) => {
      const reading = database.transaction('outbox').objectStore('outbox').getAll()
      reading.addEventListener('success', () => resolve(reading.result))
    })
    database.close()
    const lines = [localStorage, sessionStorage].flatMap((storage) =>
      Object.entries(storage).map(([key, value]) => `${key}: ${String(value)}`),
    )
    const said = /not sent|not posted|secret|nobody hears/
    return [...lines, ...all.map((message) => JSON.stringify(message))].filter(
      (line) => said.test(line) || wanted.some((name) => new RegExp(`\\b${name}\\b`).test(line)),
    )
  }, names)
}
