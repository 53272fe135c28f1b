import test from 'ava'
import type { Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, openWindow, passwordOf, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** How somebody comes in, and what they find when they come back. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)
const visitor = (t: Parameters<typeof openWindow>[0], looks = {}): Promise<Window> =>
  openWindow(t, browser(), stack(), looks)
const member = (t: Parameters<typeof openWindow>[0], name: string, looks = {}): Promise<Window> =>
  signedInWindow(t, browser(), stack(), name, looks)

inBrowser(
  'somebody signs up, told at each field what is not right yet, and comes to where they wanted to go',
  async (t) => {
    const { page, complaints } = await visitor(t)
    await page.goto('/settings/about')
    await page.getByRole('link', { name: 'Create account' }).click()
    await page.getByRole('heading', { name: 'Come into the courtyard' }).waitFor()

    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('Please fill this in.').nth(1).waitFor()
    await eventually(async () => (await labelOfFocus(page)) === 'Username')
    await page.getByLabel('Username').fill('new bob')
    await page.getByText('Only the letters a–z, digits and _.').waitFor()
    await page.getByLabel('Username').fill('new_bob')
    await page.getByLabel('Password', { exact: true }).fill('password12')
    await page.getByText('Easy to guess').waitFor()
    await page.getByLabel('Password', { exact: true }).fill('the pine stands by the old well')
    await page.getByText('Very good').waitFor()
    await page.getByRole('button', { name: 'Create account' }).click()

    await page.getByRole('heading', { name: 'About Madang' }).waitFor()
    t.is(new URL(page.url()).pathname, '/settings/about')
    t.deepEqual(complaints, [])
    const account = await stack().world.sql('accounts').where({ username: 'new_bob' }).first('language')
    t.is(account?.language, 'en')
  },
)

inBrowser('a name that is taken is told at its field', async (t) => {
  await member(t, 'alice')
  const { page } = await visitor(t)
  await page.goto('/sign-up')

  await page.getByLabel('Username').fill('Alice')
  await page.getByLabel('Password', { exact: true }).fill('the pine stands by the old well')
  await page.keyboard.press('Enter')

  await page.getByText('Somebody already has this username.').waitFor()
  t.is(await page.getByLabel('Username').getAttribute('aria-invalid'), 'true')
  await eventually(async () => (await labelOfFocus(page)) === 'Username')
})

inBrowser(
  'a wrong password is told, and the next try waits in its field; the right one opens the page that was asked for',
  async (t) => {
    await member(t, 'alice')
    const { page } = await visitor(t)
    await page.goto('/settings/appearance')
    await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()

    await signIn(page, 'alice', 'a guess of somebody')
    await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor()
    await becomes(t, () => labelOfFocus(page), 'Password')

    await signIn(page, 'alice', passwordOf('alice'))
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    t.is(new URL(page.url()).pathname, '/settings/appearance')
  },
)

inBrowser('the language changes at once, stays in this browser, and follows the account to another', async (t) => {
  const here = await member(t, 'alice')
  await here.page.goto('/settings/appearance')

  await here.page.getByLabel('한국어').check()
  await here.page.getByRole('heading', { name: '설정' }).waitFor()
  await becomes(t, () => here.page.locator('html').getAttribute('lang'), 'ko')
  await becomes(t, () => here.page.title(), '설정 · 마당')
  await eventually(async () => {
    const account = await stack().world.sql('accounts').where({ username: 'alice' }).first('language')
    return account?.language === 'ko'
  })
  await here.page.reload()
  await here.page.getByRole('heading', { name: '설정' }).waitFor()

  const there = await visitor(t)
  await there.page.goto('/settings')
  await there.page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await signIn(there.page, 'alice', passwordOf('alice'))
  await there.page.getByRole('heading', { name: '설정' }).waitFor()
  t.deepEqual([...here.complaints, ...there.complaints], [])
})

inBrowser('the theme that was chosen is there before anything is painted', async (t) => {
  const { page } = await member(t, 'bob', { theme: 'light' })
  await page.goto('/settings/appearance')
  const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const light = await paper()

  await page.getByLabel('Dark').check()
  await page.locator('html[data-theme=dark]').waitFor()
  const dark = await paper()
  t.not(dark, light)

  // Of the document alone, before the client has run.
  await page.route('**/assets/*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'domcontentloaded' })
  t.is(await page.locator('html').getAttribute('data-theme'), 'dark')
  const frames = await page
    .locator('meta[name=theme-color]')
    .evaluateAll((metas) => metas.map((meta) => meta.getAttribute('content')))
  t.deepEqual(frames, ['#171512', '#171512'])
  await page.unroute('**/assets/*.js')
  await page.reload()
  await page.getByLabel('Dark').waitFor()
  t.true(await page.getByLabel('Dark').isChecked())
  t.is(await paper(), dark)
})

inBrowser('a session that is ended from another browser is over there at once', async (t) => {
  const here = await member(t, 'carol')
  const there = await member(t, 'carol')
  await there.page.goto('/settings')
  await there.page.getByRole('heading', { name: 'Settings' }).waitFor()
  await here.page.goto('/settings/security')
  const others = here.page.getByRole('button', { name: /^Sign out Chrome/ })
  await others.first().waitFor()
  t.is(await others.count(), 1)

  await others.first().click()

  await there.page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await becomes(t, () => others.count(), 0)
  t.is(await here.page.getByText('This device').count(), 1)
})

inBrowser('why a session could not be ended is said, and it is ended at the next try', async (t) => {
  const here = await member(t, 'erin')
  await member(t, 'erin')
  await here.page.goto('/settings/security')
  const others = here.page.getByRole('button', { name: /^Sign out Chrome/ })
  await others.waitFor()

  await here.context.setOffline(true)
  await others.click()
  await here.page.getByText('Madang cannot be reached.').waitFor()
  t.is(await others.count(), 1)

  await here.context.setOffline(false)
  await others.click()
  await others.waitFor({ state: 'detached' })
})

inBrowser('who signs out in one tab is signed out in the others, and signs in there for all', async (t) => {
  const { context, page } = await member(t, 'carol')
  const other = await context.newPage()
  for (const tab of [page, other]) {
    await tab.goto('/settings')
    await tab.getByRole('heading', { name: 'Settings' }).waitFor()
  }

  await page.getByRole('button', { name: 'Sign out' }).click()
  await other.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()

  await signIn(other, 'carol', passwordOf('carol'))
  for (const tab of [page, other]) await tab.getByRole('heading', { name: 'Settings' }).waitFor()
  t.is(new URL(page.url()).pathname, '/settings')
})

inBrowser('a new password ends the other sessions and is the one that signs in', async (t) => {
  const here = await member(t, 'dave')
  const there = await member(t, 'dave')
  await there.page.goto('/settings')
  await there.page.getByRole('heading', { name: 'Settings' }).waitFor()
  await here.page.goto('/settings/security')

  const next = 'persimmons ripen late in the year'
  await here.page.getByLabel('Current password').fill('not this one')
  await here.page.getByLabel('New password').fill(next)
  await here.page.getByRole('button', { name: 'Change password' }).click()
  await here.page.getByText('This is not your current password.').waitFor()
  await here.page.getByLabel('Current password').fill(passwordOf('dave'))
  await here.page.getByRole('button', { name: 'Change password' }).click()
  await here.page.getByText('The password is changed.').waitFor()

  await there.page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await signIn(there.page, 'dave', next)
  await there.page.getByRole('heading', { name: 'Settings' }).waitFor()
  t.pass()
})

/** Fills in the form of the door that is shown. */
async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

function labelOfFocus(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const focused = document.activeElement
    return focused instanceof HTMLInputElement ? focused.labels?.[0]?.textContent : undefined
  })
}
