import type { ExecutionContext, TestFn } from 'ava'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { settingsFor } from '../../web/look/looks.ts'
import type { Looks } from '../../web/look/looks.ts'
import type { ServerName, Stack } from './stack.ts'

/** Where a browser is; undefined on machines that have none. */
export const browserPath = process.env['CHROMIUM']

/** A browser of its own, until the test ends. */
export async function openBrowser(t: ExecutionContext): Promise<Browser> {
  const browser = await launch()
  t.teardown(() => browser.close())
  return browser
}

/** One browser for all tests of a file: starting one takes longer than most of what they do in it. */
export function browserOf(test: TestFn): () => Browser {
  let browser: Browser | undefined
  test.serial.before('the browser is started', async () => {
    browser = await launch()
  })
  test.serial.after.always('the browser is closed', async (t: ExecutionContext) => {
    await browser?.close()
    t.pass()
  })
  return () => {
    if (browser === undefined) throw new Error('the browser is started before the first test')
    return browser
  }
}

/** An empty page in a browser of its own, until the test ends. */
export async function openPage(t: ExecutionContext): Promise<Page> {
  return (await openBrowser(t)).newPage()
}

async function launch(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('there is no browser here')
  // A container has 64 MB of shared memory as a rule, which a few pages fill.
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** A window onto the client. */
export interface Window {
  context: BrowserContext
  page: Page
  /** Where the client is: of the Nginx before all servers, or of that before one. */
  address: string
  /** What the browser complained of since: errors in its console, broken policies, exceptions nobody caught. */
  complaints: string[]
}

/** A window of somebody who is not signed in, in a profile of its own, until the test ends. Nothing is loaded yet. */
export async function openWindow(
  t: ExecutionContext,
  browser: Browser,
  stack: Stack,
  { server, ...looks }: Looks & { server?: ServerName } = {},
): Promise<Window> {
  const address = server === undefined ? stack.address : stack.addressBefore(server)
  const context = await browser.newContext({ baseURL: address, ...settingsFor(looks) })
  t.teardown(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => void complaints.push(`${error.name}: ${error.message}`))
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(`${said.text()} (${said.location().url})`)
  })
  return { context, page, address, complaints }
}

/** A window of somebody who is signed in, by the cookies that the door gives; their account is made when it is not there. */
export async function signedInWindow(
  t: ExecutionContext,
  browser: Browser,
  stack: Stack,
  name: string,
  { role, ...looks }: Looks & { server?: ServerName; role?: 'member' | 'mentor' | 'admin' } = {},
): Promise<Window> {
  const window = await openWindow(t, browser, stack, looks)
  await signIn(window, name, looks.language ?? 'en')
  if (role !== undefined) await stack.world.sql('accounts').where({ username: name }).update({ role })
  return window
}

/** The standard password of a test's people. */
export const passwordOf = (name: string): string => `${name} has a password`

/** The account speaks the language of the window: the client takes up that of the account. */
async function signIn(window: Window, name: string, language: 'ko' | 'en'): Promise<void> {
  const { context, address } = window
  const data = { username: name, password: passwordOf(name) }
  const headers = { origin: address }
  const known = await context.request.post('/v1/sessions', { data, headers })
  const made = known.ok() ? known : await context.request.post('/v1/accounts', { data, headers })
  if (!made.ok()) throw new Error(`${name} could not sign in: ${known.status()}, nor up: ${await made.text()}`)
  const { expiresInSeconds }: { expiresInSeconds: number } = await made.json()
  const spoken = await context.request.patch('/v1/me', { data: { language }, headers })
  if (!spoken.ok()) throw new Error(`the language of ${name} was not kept: ${await spoken.text()}`)
  await markSession(window, expiresInSeconds)
}

/** What the client itself notes when it signs in (`session-keeper`): without it, it asks nobody who is here. */
async function markSession({ context }: Window, expiresInSeconds: number): Promise<void> {
  const page = await context.newPage()
  await page.goto('/robots.txt')
  await page.evaluate((seconds) => {
    const mark = { keptAt: Date.now(), expiresAt: Date.now() + seconds * 1000 }
    localStorage.setItem('madang-session', JSON.stringify(mark))
  }, expiresInSeconds)
  await page.close()
}
