import test from 'ava'
import type { Page } from 'playwright-core'
import { browserOf, browserPath, openWindow, plainName, signedInWindow } from '../support/browser.ts'
import { stackOf } from '../support/stack.ts'

/** Over plain http, as in a network at home or before there is a certificate: browsers leave out what they keep for secure pages. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const plain = (address: string): string => address.replace('127.0.0.1', plainName).replace('localhost', plainName)

inBrowser('a page that is not secure shows what a secure one does', async (t) => {
  const { page, address } = await openWindow(t, browser(), stack())
  const broken = brokenIn(page)

  await page.goto(`${plain(address)}/`)

  await page.getByRole('link', { name: 'Create account' }).first().waitFor()
  t.deepEqual(await page.evaluate(() => [isSecureContext, 'randomUUID' in crypto]), [false, false])
  t.deepEqual(broken, [])
})

inBrowser('who is signed in finds what they began to write there', async (t) => {
  const { page, context, address } = await signedInWindow(t, browser(), stack(), 'alice')
  const { hostname } = new URL(plain(address))
  const cookies = await context.cookies()
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, domain: hostname })))
  const mark = { keptAt: Date.now(), expiresAt: Date.now() + 600_000 }
  await context.addInitScript((kept) => localStorage.setItem('madang-session', kept), JSON.stringify(mark))
  const broken = brokenIn(page)

  await page.goto(`${plain(address)}/`)
  const composer = page.locator('.composer textarea')
  await composer.fill('without a certificate')
  await page.reload()

  await composer.waitFor()
  t.is(await composer.inputValue(), 'without a certificate')
  t.deepEqual(broken, [])
})

/** What nobody caught. That some headers are ignored here the browser says as well, and it is so. */
function brokenIn(page: Page): readonly string[] {
  const broken: string[] = []
  page.on('pageerror', ({ message }) => void broken.push(message))
  return broken
}
