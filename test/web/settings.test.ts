import test from 'ava'
import sharp from 'sharp'
import { browserOf, browserPath, openWindow, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What somebody changes about themselves, and how they get about without a mouse. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('a profile is changed, and kept as it was written', async (t) => {
  const { page, complaints } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.goto('/settings')

  await page.getByLabel('Name').fill('앨리스 🌲')
  await page.getByLabel(/^About me/).fill('Two lines\nof Korean: 감나무')
  await page.getByLabel(/^Neighbourhood/).fill('연남동')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()

  await page.reload()
  await page.getByLabel('Name').waitFor()
  t.is(await page.getByLabel('Name').inputValue(), '앨리스 🌲')
  t.is(await page.getByLabel(/^About me/).inputValue(), 'Two lines\nof Korean: 감나무')
  t.is(await page.getByLabel(/^Neighbourhood/).inputValue(), '연남동')
  t.deepEqual(complaints, [])
})

inBrowser('what is too long is counted and told, and nothing of it is cut or sent', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.goto('/settings')

  await page.getByLabel(/^About me/).fill('가'.repeat(501))
  await page.getByText('501 / 500').waitFor()
  await page.getByText('At most 500 characters.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()

  t.is((await page.getByLabel(/^About me/).inputValue()).length, 501)
  t.is(await page.getByText('Saved').count(), 0)
})

inBrowser('a picture is cut to a square, sent and shown, and taken away again', async (t) => {
  t.timeout(120_000)
  const { page, complaints } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.goto('/settings')
  const buffer = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#bb4517' } })
    .png()
    .toBuffer()
  const picture = page.getByRole('region', { name: 'Picture' })
  await picture.getByRole('button', { name: 'Choose a picture' }).waitFor()

  await page.setInputFiles('input[type=file]', { name: 'red.png', mimeType: 'image/png', buffer })
  const dialog = page.getByRole('dialog', { name: 'Your picture' })
  await dialog.waitFor()
  await dialog.getByLabel('Zoom').fill('2')
  await dialog.getByRole('button', { name: 'Use this' }).click()
  await page.getByText('Your new picture is there').waitFor({ timeout: 60_000 })
  const shown = await eventually(() =>
    picture.locator('img').evaluate((image: HTMLImageElement) => (image.complete ? image.naturalWidth : undefined)),
  )
  const sent = await picture.locator('img').getAttribute('src')
  t.is(shown, 200)
  t.regex(sent ?? '', /\.webp$/)

  await picture.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog', { name: 'Remove your picture?' }).getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Your picture is gone').waitFor()
  t.is(await picture.locator('img').count(), 0)
  t.deepEqual(complaints, [])
})

inBrowser('a dialog keeps the focus, closes by Esc and gives the focus back', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'carol')
  await page.goto('/settings')
  const choose = page.getByRole('button', { name: 'Choose a picture' })
  await choose.focus()
  const buffer = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#1d5b4b' } })
    .png()
    .toBuffer()
  await page.setInputFiles('input[type=file]', { name: 'green.png', mimeType: 'image/png', buffer })
  const dialog = page.getByRole('dialog', { name: 'Your picture' })
  await dialog.waitFor()

  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press('Tab')
    t.true(await isInDialogOrBrowser({ page }))
  }
  await page.keyboard.press('Escape')

  await dialog.waitFor({ state: 'detached' })
  t.true(await choose.evaluate((button) => button === document.activeElement))
})

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
  t.is(await page.title(), 'Sign in · Madang')
})

inBrowser('inside, the focus goes to the heading of each page, and back finds the place', async (t) => {
  const { page, complaints } = await signedInWindow(t, browser(), stack(), 'alice', { height: 400 })
  await page.goto('/settings')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.mouse.wheel(0, 200)
  await eventually(() => page.evaluate(() => scrollY === 200 || undefined))

  await page.getByRole('link', { name: 'About' }).evaluate((link: HTMLAnchorElement) => link.click())
  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  await eventually(async () => (await stopOf({ page })).name === 'Settings')
  t.is(await page.evaluate(() => scrollY), 0)

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

/** From the last control of a dialog Tab goes to the browser's own, which a page sees as no focus. */
function isInDialogOrBrowser({ page }: Pick<Window, 'page'>): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement
    return focused === null || focused === document.body || focused.closest('dialog') !== null
  })
}

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
