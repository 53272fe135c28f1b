import test from 'ava'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What people see of a refusal and of a mistake of the client itself. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('a wait that is asked for is counted down', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.route('**/v1/posts', (route) =>
    route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'rate_limited', status: 429, retryAfter: 40 }),
    }),
  )
  await page.goto('/')
  await page.locator('.composer textarea').fill('one too many')
  await page.locator('.composer textarea').press('Control+Enter')

  const told = page.locator('.composer-fault [aria-hidden]')
  await told.waitFor()
  await eventually(async () => /\((3\d|[12]?\d) seconds?\)/.test((await told.textContent()) ?? ''))
  t.is(await page.locator('.composer textarea').inputValue(), 'one too many')
})

inBrowser('a page that breaks leaves the frame, and another address is another chance', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.route('**/v1/people/bob', (route) => route.fulfill({ json: { username: 'bob' } }))
  await page.goto('/people/bob')

  await page.getByText('Something broke on this page').first().waitFor()
  await page.getByRole('link', { name: 'Timeline' }).click()
  await page.locator('.composer textarea').waitFor()
  t.is(await page.getByText('Something broke on this page').count(), 0)
})

inBrowser('an empty file is said to be empty, and not that something was written wrongly', async (t) => {
  const { page } = await signedInWindow(t, browser(), stack(), 'alice')
  await page.goto('/')
  await page.locator('.composer textarea').waitFor()

  const file = { name: 'nothing.png', mimeType: 'image/png', buffer: Buffer.alloc(0) }
  await page.locator('.composer input[type=file]').setInputFiles(file)

  await page.locator('.tray-problem').waitFor()
  t.is(await page.locator('.tray-problem').innerText(), 'This file is empty.')
})
