import test from 'ava'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, openWindow, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What stays around the pages: how one gets about, and what it says of itself. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('the keyboard alone leads in: every stop is seen, and comes in the order of reading', async (t) => {
  const { page } = await openWindow(t, browser(), stack())
  await page.goto('/')
  await page.getByRole('heading', { level: 1 }).waitFor()

  const names: string[] = []
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press('Tab')
    const stop = await stopOf({ page })
    t.true(stop.isRinged, `${stop.name} shows no ring`)
    names.push(stop.name)
  }
  t.deepEqual(names, ['Skip to the content', 'Madang', 'English', 'Create account', 'Sign in', 'For developers'])

  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await eventually(async () => (await stopOf({ page })).name === 'Welcome back')
  await becomes(t, () => page.title(), 'Sign in · Madang')
})

inBrowser('inside, the focus goes to the heading of each page, and back finds the place', async (t) => {
  const { page, complaints } = await signedInWindow(t, browser(), stack(), 'alice', { height: 400 })
  await page.goto('/settings')
  // Before that the page is too short to be scrolled so far.
  await page.getByLabel('Name').waitFor()
  await page.mouse.wheel(0, 200)
  await eventually(() => page.evaluate(() => scrollY === 200 || undefined))

  await page.getByRole('link', { name: 'About' }).evaluate((link: HTMLAnchorElement) => link.click())
  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  await eventually(async () => (await stopOf({ page })).name === 'Settings')
  await becomes(t, () => page.evaluate(() => scrollY), 0)

  await page.goBack()
  await page.getByLabel('Name').waitFor()
  await eventually(() => page.evaluate(() => scrollY === 200 || undefined))
  t.deepEqual(complaints, [])
})

inBrowser('who loses the network is told so, and told nothing when it is back', async (t) => {
  const { context, page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.goto('/settings/about')
  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  const line = page.locator('.connection-line')
  t.is(await line.textContent(), '')

  await context.setOffline(true)
  await page.getByText('You are offline.').waitFor()
  await context.setOffline(false)

  await eventually(async () => (await line.textContent()) === '')
  t.pass()
})

inBrowser('a page whose parts are gone with an old build loads the new one, once', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.goto('/no/such/page')
  await page.getByText('There is nothing here').first().waitFor()
  // As after an update: the part is gone, and the site's page names another program.
  await page.route('**/assets/settings-page-*.js', (route) => route.fulfill({ status: 404 }))
  await page.route(`${stack().address}/`, (route) => route.fulfill({ body: '<!doctype html><title>new</title>' }))
  const loads = countLoads(page)

  await page.getByRole('link', { name: 'Settings' }).click()

  // It is loaded at once, and said on the page that comes then.
  await eventually(() => loads() > 0)
  await page.getByText('This part of Madang could not be loaded').first().waitFor()
  t.is(loads(), 1)
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
})

inBrowser('without what keeps it live a page says so, and is mended by being loaded again', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.route('**/assets/live-client-*.js', (route) => route.fulfill({ status: 404 }))

  await page.goto('/settings/about')
  await page.locator('.connection-line', { hasText: 'Nothing new appears here' }).waitFor()
  await page.goto('/rooms/01890000-0000-7000-8000-000000000000')
  await page.getByText('This part of Madang could not be loaded').first().waitFor()

  await page.unrouteAll()
  await page.locator('.connection-line').getByRole('button', { name: 'Reload' }).click()
  await page.locator('.room-instead').waitFor()
  await becomes(t, () => page.locator('.connection-line').textContent(), '')
})

inBrowser('what keeps a page live and is gone with an old build comes with the new one', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  const loads = countLoads(page)
  // As after an update, as long as the old page is there.
  const isOld = (): boolean => loads() < 2
  await page.route('**/assets/live-client-*.js', (route) =>
    isOld() ? route.fulfill({ status: 404 }) : route.continue(),
  )
  await page.route(`${stack().address}/`, (route) => route.fulfill({ body: '<!doctype html><title>new</title>' }))
  const streaming = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream')

  await page.goto('/settings/about')

  await streaming
  t.is(loads(), 2)
})

/** How often a page was asked for from now on: before anything that it asks for itself. */
function countLoads(page: Page): () => number {
  let loads = 0
  page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0))
  return () => loads
}

inBrowser('a dialog that does not load says so, and what helps', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.goto('/')
  await page.locator('.composer textarea').fill('with a mistake')
  await page.locator('.composer textarea').press('Control+Enter')
  const post = page.locator('[data-post]', { hasText: 'with a mistake' })
  await page.route('**/assets/post-editor-*.js', (route) => route.fulfill({ status: 404 }))
  const edit = async (): Promise<void> => {
    await post.getByRole('button', { name: /^More about the post/ }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
  }

  await edit()
  await page.getByText('This part of Madang could not be loaded.').waitFor()
  await page.unrouteAll()
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name: 'Reload' }).click()
  await loaded
  await edit()
  await page.getByRole('dialog', { name: 'Edit post' }).waitFor()
  t.pass()
})

inBrowser('on a phone the way leads below the page, and nothing hides behind it', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'bob', { width: 360 })
  await page.goto('/settings')
  const save = page.getByRole('button', { name: 'Save' })
  await save.waitFor()

  await page.evaluate(() => scrollTo({ top: document.body.scrollHeight }))

  const main = page.getByRole('navigation', { name: 'Main' })
  const stand = async () => {
    const [button, bar] = await Promise.all([save.boundingBox(), main.boundingBox()])
    if (button === null || bar === null) throw new Error('not all of it is shown')
    return { isFree: button.y + button.height < bar.y, end: Math.round(bar.y + bar.height) }
  }
  await becomes(t, stand, { isFree: true, end: 780 })
  t.is(await page.evaluate(() => document.documentElement.scrollWidth), 360)
})

/** What holds the focus: its name, and whether that can be seen on it or on the control around it. */
function stopOf({ page }: Pick<Window, 'page'>): Promise<{ name: string; isRinged: boolean }> {
  return page.evaluate(() => {
    const focused = document.activeElement ?? document.body
    const label = focused instanceof HTMLInputElement ? focused.labels?.[0] : undefined
    const around = [focused, label, focused.closest('.control')].filter((element) => element instanceof Element)
    const isRinged = around.some((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
    })
    return { name: (label ?? focused).textContent.trim(), isRinged }
  })
}

inBrowser('whom the server has removed can reload the page, and is there again if they may be', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.routeWebSocket('**/v1/socket', (socket) => socket.close({ code: 4503 }))
  await page.goto('/')
  const line = page.locator('.connection-line')
  await line.getByText('The server has ended this connection.').waitFor()
  t.is(await line.getByRole('button').count(), 1)

  const loaded = page.waitForEvent('load')
  await line.getByRole('button', { name: 'Reload' }).click()
  await loaded

  t.pass()
})
