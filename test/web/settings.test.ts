import test from 'ava'
import type { Page, Response } from 'playwright-core'
import { isDeepStrictEqual } from 'node:util'
import sharp from 'sharp'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, loseAnswers, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What somebody changes about themselves. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

async function elsewhereAndBack(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Rooms' }).first().click()
  await page.getByRole('heading', { name: 'Rooms' }).first().waitFor()
  await page.goBack()
  await page.getByLabel(/^About me/).waitFor()
}

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

inBrowser(
  'what is changed in a profile and not saved is there when one comes back, until it is thrown away',
  async (t) => {
    const { page } = await signedInWindow(t, browser(), stack(), 'erin')
    await page.goto('/settings')
    const bio = page.getByLabel(/^About me/)
    await bio.fill('Half a life')
    await page.getByRole('link', { name: 'Rooms' }).first().click()
    await page.getByRole('heading', { name: 'Rooms' }).first().waitFor()

    await page.goBack()
    await bio.waitFor()
    t.is(await bio.inputValue(), 'Half a life')
    await page.reload()
    await page.getByText('Only in this browser so far').waitFor()
    t.is(await bio.inputValue(), 'Half a life')

    await page.getByRole('button', { name: 'Discard' }).click()
    await becomes(t, () => bio.inputValue(), '')
    await page.reload()
    await bio.waitFor()
    t.is(await bio.inputValue(), '')
    await bio.fill('A life ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    t.is(await page.getByText('Only in this browser so far').count(), 0)
    t.is(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(':profile')).length), 0)
  },
)

inBrowser(
  'what was changed on another device meanwhile is not changed back by a profile that is saved here',
  async (t) => {
    const { page, context, address } = await signedInWindow(t, browser(), stack(), 'grace')
    const elsewhere = (data: object) => context.request.patch('/v1/me', { data, headers: { origin: address } })
    await page.goto('/settings')
    await page.getByLabel(/^About me/).fill('Half a life')
    await elsewhere({ displayName: 'Grace of the yard', area: 'Yeonnam' })

    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()

    t.is(await page.getByLabel('Name').inputValue(), 'Grace of the yard')
    const account: object = await (await context.request.get('/v1/me')).json()
    t.like(account, { displayName: 'Grace of the yard', bio: 'Half a life', area: 'Yeonnam' })
    t.is(await page.getByText('Only in this browser so far').count(), 0)
  },
)

inBrowser('what was saved and not answered is changed back by who saves again what was there', async (t) => {
  const { page, context } = await signedInWindow(t, browser(), stack(), 'heidi')
  const held = async (): Promise<object> => (await context.request.get('/v1/me')).json()
  await page.goto('/settings')
  const bio = page.getByLabel(/^About me/)
  const save = page.getByRole('button', { name: 'Save' })
  await bio.fill('as it was')
  // Nothing is said of what is not saved while it is on its way.
  const saved = page.waitForResponse((response) => response.request().method() === 'PATCH')
  await save.click()
  await (await saved).finished()
  await page.getByText('Saved', { exact: true }).waitFor()
  const stop = await loseAnswers(page, '**/v1/me', 'PATCH')
  await bio.fill('regretted')
  await save.click()
  await page.getByText('Madang cannot be reached').first().waitFor()
  t.like(await held(), { bio: 'regretted' })
  await stop()

  await bio.fill('as it was')
  const answer = page.waitForResponse((response) => response.request().method() === 'PATCH')
  await save.click()
  await answer

  t.like(await held(), { bio: 'as it was' })
  await page.getByText('Only in this browser so far').waitFor({ state: 'detached' })
  t.is(await bio.inputValue(), 'as it was')
})

inBrowser('what was saved and not answered is thrown away as anything else, and shown where it arrived', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'judy')
  await page.goto('/settings')
  const bio = page.getByLabel(/^About me/)
  const save = page.getByRole('button', { name: 'Save' })
  const discard = page.getByRole('button', { name: 'Discard' })
  const unsaved = page.getByText('Only in this browser so far')
  await page.route('**/v1/me', (route) => route.abort())
  await bio.fill('never arrived')
  await save.click()
  await page.getByText('Madang cannot be reached').first().waitFor()
  await discard.click()
  await unsaved.waitFor({ state: 'detached' })
  t.is(await bio.inputValue(), '')
  await page.unrouteAll({ behavior: 'ignoreErrors' })

  const stop = await loseAnswers(page, '**/v1/me', 'PATCH')
  await bio.fill('regretted')
  await save.click()
  await page.getByText('Madang cannot be reached').first().waitFor()
  await stop()
  await discard.click()
  await eventually(async () => (await bio.inputValue()) === 'regretted')
  t.is(await unsaved.count(), 0)
})

inBrowser('what is saved after something was thrown away is shown, whatever answer comes late', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'ken')
  await page.goto('/settings')
  const bio = page.getByLabel(/^About me/)
  const save = page.getByRole('button', { name: 'Save' })
  const stop = await loseAnswers(page, '**/v1/me', 'PATCH')
  await bio.fill('regretted')
  await save.click()
  await page.getByText('Madang cannot be reached').first().waitFor()
  await stop()
  await elsewhereAndBack(page)

  const [read, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route('**/v1/me', async (route) => {
    if (route.request().method() !== 'GET') return route.continue()
    const response = await route.fetch()
    read.resolve()
    await late.promise
    await route.fulfill({ response })
  })
  await page.getByRole('button', { name: 'Discard' }).click()
  await read.promise
  await elsewhereAndBack(page)
  await bio.fill('better')
  await save.click()
  await page.getByText('Saved', { exact: true }).waitFor()
  const isAsked = (response: Response) => response.url().endsWith('/v1/me') && response.request().method() === 'GET'
  const answered = page.waitForResponse(isAsked)
  late.resolve()
  await (await answered).finished()
  // It has been read, and what follows from it drawn.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

  t.is(await bio.inputValue(), 'better')
})

inBrowser(
  'a profile that is on its way while one is elsewhere is saved once, and what is written on stays',
  async (t) => {
    const { page } = await signedInWindow(t, browser(), stack(), 'mallory')
    await page.goto('/settings')
    const bio = page.getByLabel(/^About me/)
    const [sent, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route('**/v1/me', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue()
      const response = await route.fetch()
      sent.resolve()
      await held.promise
      await route.fulfill({ response })
    })
    await bio.fill('slow')
    const save = page.getByRole('button', { name: 'Save' })
    const unsaved = page.getByText('Only in this browser so far')
    await save.click()
    await sent.promise
    await elsewhereAndBack(page)
    t.is(await save.getAttribute('aria-disabled'), 'true')
    await bio.fill('slow and more')
    t.is(await unsaved.count(), 0)
    held.resolve()

    await unsaved.waitFor()
    await page.reload()
    await unsaved.waitFor()
    t.is(await bio.inputValue(), 'slow and more')
    await save.click()
    await unsaved.waitFor({ state: 'detached' })
    await page.getByText('Saved', { exact: true }).waitFor()
    t.is(await bio.inputValue(), 'slow and more')
  },
)

inBrowser('what was changed back after no answer came is changed back by who saves it later, too', async (t) => {
  const { page, context } = await signedInWindow(t, browser(), stack(), 'niaj')
  await page.goto('/settings')
  const bio = page.getByLabel(/^About me/)
  const stop = await loseAnswers(page, '**/v1/me', 'PATCH')
  await bio.fill('regretted')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Madang cannot be reached').first().waitFor()
  await stop()
  await bio.fill('')
  await elsewhereAndBack(page)
  await page.getByText('Only in this browser so far').waitFor()
  t.is(await bio.inputValue(), '')

  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  t.is(await bio.inputValue(), '')
  t.like(await (await context.request.get('/v1/me')).json(), { bio: '' })
})

inBrowser('what is changed back while a profile is on its way stays, and is saved by the next press', async (t) => {
  const { page, context } = await signedInWindow(t, browser(), stack(), 'ivan')
  await page.goto('/settings')
  const bio = page.getByLabel(/^About me/)
  const save = page.getByRole('button', { name: 'Save' })
  await page.route('**/v1/me', async (route) => {
    if (route.request().method() === 'PATCH') await bio.fill('')
    await route.continue()
  })
  await bio.fill('regretted')
  await save.click()
  await page.getByText('Saved', { exact: true }).waitFor()

  await page.getByText('Only in this browser so far').waitFor()
  t.is(await bio.inputValue(), '')
  const answer = page.waitForResponse((response) => response.request().method() === 'PATCH')
  await save.click()
  await answer
  const account: object = await (await context.request.get('/v1/me')).json()
  t.like(account, { bio: '' })
})

inBrowser('what is too long is counted and told, and nothing of it is cut or sent', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.goto('/settings')

  await page.getByLabel(/^About me/).fill('가'.repeat(501))
  await page.getByText('501 / 500').waitFor()
  await page.getByText('At most 500 characters.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()

  t.is((await page.getByLabel(/^About me/).inputValue()).length, 501)
  t.is(await page.getByText('Saved', { exact: true }).count(), 0)
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
    picture
      .locator('img')
      .evaluate(({ complete, naturalWidth }: HTMLImageElement) => complete && naturalWidth > 0 && naturalWidth),
  )
  const sent = await picture.locator('img').getAttribute('src')
  t.is(shown, 200)
  t.regex(sent ?? '', /\.webp$/)

  await picture.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog', { name: 'Remove your picture?' }).getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Your picture is gone').waitFor()
  await becomes(t, () => picture.locator('img').count(), 0)
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
  await becomes(t, () => choose.evaluate((button) => button === document.activeElement), true)
})

/** From the last control of a dialog Tab goes to the browser's own, which a page sees as no focus. */
function isInDialogOrBrowser({ page }: Pick<Window, 'page'>): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement
    return focused === null || focused === document.body || focused.closest('dialog') !== null
  })
}

inBrowser('on a phone a row of tabs fades where more of it is, and each of them can be come to', async (t) => {
  const { page, complaints } = await signedInWindow(t, browser(), stack(), 'dave', { width: 360, height: 740 })
  const row = page.getByRole('navigation', { name: 'Settings' })
  const last = row.getByRole('link').last()
  /** How far the last reaches over the end of the row, and at which ends the row fades. */
  const seen = async () => ({
    over: await last.evaluate(
      (tab) => tab.getBoundingClientRect().right > tab.parentElement!.getBoundingClientRect().right + 1,
    ),
    fades: await row.evaluate((nav) => {
      const { maskImage } = getComputedStyle(nav)
      return maskImage === 'none' ? [] : (nav.dataset['more'] ?? '').split(' ')
    }),
  })
  await page.goto('/settings')
  await page.getByLabel('Name').waitFor()

  await eventually(async () => isDeepStrictEqual(await seen(), { over: true, fades: ['end'] }))
  await last.focus()
  await eventually(async () => isDeepStrictEqual(await seen(), { over: false, fades: ['start'] }))
  await last.press('Enter')
  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  await becomes(t, seen, { over: false, fades: ['start'] })
  await page.setViewportSize({ width: 1280, height: 800 })
  await eventually(async () => isDeepStrictEqual(await seen(), { over: false, fades: [] }))
  t.deepEqual(complaints, [])
})
