import test from 'ava'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { ask, openRoomFor } from './room-windows.ts'

/** What could not be read is read when the network, or the servers, are back: nobody has to press anything. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const way = (page: Page, href: string) => page.locator(`.navigation-place[href="${href}"]`)
const failed = (page: Page) => page.locator('main').getByRole('alert').getByRole('button', { name: 'Try again' })

inBrowser('what was opened without a network is there when the network is back', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { context, page: onFeeds } = alice
  const [seen, unseen] = [await openRoomFor(alice, []), await openRoomFor(alice, [])]
  const [onRooms, onParts] = [await context.newPage(), await context.newPage()]
  // The parts of the program that the two need are there.
  await onFeeds.goto('/')
  await onFeeds.locator('.composer').waitFor()
  await onRooms.goto(`/rooms/${seen}`)
  await onRooms.locator('.room-composer-input').waitFor()
  await way(onRooms, '/rooms').click()
  await onRooms.locator(`.room-card-link[href="/rooms/${unseen}"]`).waitFor()
  await onParts.goto('/')
  await onParts.locator('.composer').waitFor()

  await context.setOffline(true)
  await onFeeds.getByRole('link', { name: 'Following' }).click()
  await onRooms.locator(`.room-card-link[href="/rooms/${unseen}"]`).click()
  await way(onParts, '/settings').click()
  for (const page of [onFeeds, onRooms, onParts]) await failed(page).waitFor()
  let loads = 0
  for (const page of [onFeeds, onRooms, onParts]) page.on('load', () => (loads += 1))
  await context.setOffline(false)

  await onFeeds.getByText('Follow your neighbours').waitFor()
  await onRooms.locator('.room-composer-input').waitFor()
  // What only loading the page anew would help waits for who wants that: it gives up what is on its way.
  t.true(await failed(onParts).isVisible())
  t.is(loads, 0)
})

inBrowser('a room whose end could not be read leads to its receipt when the network is back', async (t) => {
  t.timeout(120_000)
  const carol = await signedInWindow(t, browser(), stack(), 'carol', { role: 'mentor' })
  const { context, page } = carol
  const room = await openRoomFor(carol, [])
  await page.goto(`/rooms/${room}`)
  await page.locator('.room-composer-input').waitFor()
  const readings = `**/v1/rooms/${room}`
  let failures = 0
  await page.route(readings, (route) => {
    failures += 1
    return route.abort('connectionfailed')
  })

  await ask(carol, 'POST', `/v1/rooms/${room}/close`)
  await page.getByRole('link', { name: 'To the receipt' }).waitFor({ timeout: 60_000 })
  // Asked for once for the last entry, the last word of the socket and the last step, or for each, and each time tried three times: then nobody asks.
  await eventually(async () => {
    const before = failures
    await page.waitForTimeout(5000)
    return (failures >= 3 && failures === before) || undefined
  })
  const receipt = page.locator('.room-head').getByRole('link', { name: 'Receipt' })
  t.is(await receipt.count(), 0)
  await page.unroute(readings)
  await context.setOffline(true)
  await page.waitForFunction(() => !navigator.onLine)
  await context.setOffline(false)

  await receipt.waitFor({ timeout: 60_000 })
  t.pass()
})

inBrowser('what no server answered is there when servers do again', async (t) => {
  t.timeout(180_000)
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.goto('/people/bob')
  await page.locator('.person-head').waitFor()
  await way(page, '/').click()
  await page.locator('.composer').waitFor()

  await stack().kill('server-1')
  await stack().kill('server-2')
  await way(page, '/people/bob').click()
  await failed(page).waitFor({ timeout: 60_000 })
  await stack().start('server-1')
  await stack().start('server-2')

  await page.getByText('@bob').first().waitFor({ timeout: 90_000 })
  t.pass()
})

inBrowser('pictures that did not come in an outage come when it is over', async (t) => {
  t.timeout(120_000)
  const { context, page } = await signedInWindow(t, browser(), stack(), 'alice')
  const create = { width: 60, height: 40, channels: 3, background: 'teal' } as const
  await page.goto('/')
  await page.locator('.composer textarea').fill('a picture of the yard')
  const file = { name: 'a.png', mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
  await page.locator('.composer input[type=file]').setInputFiles(file)
  await page.locator('.tray-sent').waitFor()
  await page.locator('.composer textarea').press('Control+Enter')
  const picture = page.locator('[data-post]', { hasText: 'a picture of the yard' }).locator('.picture')
  await page.locator('[data-post] .picture[data-state=loaded]').waitFor()
  await page.route('**/media/**', (route) => route.abort())
  await page.reload()
  await page.locator('[data-post] .picture[data-state=broken]').waitFor()

  await context.setOffline(true)
  await page.unroute('**/media/**')
  await context.setOffline(false)

  await page.locator('[data-post] .picture[data-state=loaded]').waitFor()
  const widths = await picture
    .locator('img')
    .evaluateAll((files) => files.map((one) => (one as HTMLImageElement).naturalWidth))
  t.deepEqual(widths.length, 1)
  t.true(widths.every((width) => width > 0))
})

inBrowser('who comes while nobody can be asked who they are is let in when somebody can', async (t) => {
  const { context, page } = await signedInWindow(t, browser(), stack(), 'carol')
  await page.route('**/v1/me', (route) => route.abort())
  await page.goto('/settings/about')
  await failed(page).waitFor()

  await context.setOffline(true)
  await page.unroute('**/v1/me')
  await context.setOffline(false)

  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  t.pass()
})
