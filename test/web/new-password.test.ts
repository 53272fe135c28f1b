import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import type { Page } from 'playwright-core'
import { browserOf, browserPath, openWindow, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** How somebody comes in again who has forgotten their password, by a link of whoever runs the site. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)
const visitor = (t: Parameters<typeof openWindow>[0], looks = {}): Promise<Window> =>
  openWindow(t, browser(), stack(), looks)
const member = (t: Parameters<typeof openWindow>[0], name: string): Promise<Window> =>
  signedInWindow(t, browser(), stack(), name)

/** What the command prints, from the path on. */
async function linkFor(name: string): Promise<string> {
  const env = { ...process.env, ...stack().world.env }
  const { stdout } = await promisify(execFile)(process.execPath, ['src/commands/new-password.ts', name], { env })
  return /\/new-password#\S+/.exec(stdout)?.[0] ?? stdout
}

const newPassword = 'the pine stands by the old well'

async function choose(page: Page, password = newPassword): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Choose it and sign in' }).click()
}

inBrowser(
  'a link leads to a new password and in; who was signed in elsewhere is out, and the link is used up',
  async (t) => {
    const there = await member(t, 'alice')
    await there.page.goto('/settings')
    await there.page.getByRole('heading', { name: 'Settings' }).waitFor()
    const link = await linkFor('alice')
    const { page, complaints } = await visitor(t)
    await page.goto(link)
    await page.getByText('For alice.').waitFor()

    await choose(page, 'short')
    await page.getByText('5 more characters.').waitFor()
    await choose(page)

    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    t.is(new URL(page.url()).pathname, '/')
    t.is(new URL(page.url()).hash, '')
    await there.page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
    t.deepEqual(complaints, [])
    const late = await visitor(t)
    await late.page.goto(link)
    await choose(late.page, 'another password of somebody')
    await late.page.getByRole('alert').getByText('This link was used, or is too old.').waitFor()
    await late.page.getByRole('link', { name: 'Sign in' }).click()
    await late.page.getByLabel('Username').fill('alice')
    await late.page.getByLabel('Password', { exact: true }).fill(newPassword)
    await late.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await late.page.getByRole('heading', { name: 'Timeline' }).waitFor()
  },
)

inBrowser('who is signed in here signs out first, and then the link leads on', async (t) => {
  const { page, complaints } = await member(t, 'bob')
  // What is asked while one signs out is refused, which the browser says: the page has asked for all it needs before, each count as soon as it lives and once
  // more when its stream is open.
  const counted = new Map<string, number>()
  page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url())
    counted.set(pathname, (counted.get(pathname) ?? 0) + 1)
  })
  const greeted = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'))
  await page.goto(await linkFor('bob'))
  await page.getByText('You are signed in here as bob').waitFor()
  await greeted
  await eventually(() => ['/v1/me/rooms', '/v1/notifications'].every((path) => (counted.get(path) ?? 0) >= 2))

  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('For bob.').waitFor()
  await choose(page)

  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  t.deepEqual(complaints, [])
})

inBrowser('a link that is not whole says so, and a whole one in the same tab is taken', async (t) => {
  await member(t, 'carol')
  const link = await linkFor('carol')
  const { page } = await visitor(t)
  await page.goto(link.slice(0, -1))
  await page.getByText('This link is not whole').waitFor()

  await page.goto(link)
  await page.getByText('For carol.').waitFor()
  await choose(page)

  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  t.is(new URL(page.url()).pathname, '/')
})
