import type { ExecutionContext, TestFn } from 'ava'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { complaintsOf } from '../../web/look/complaints.ts'
import type { Looks } from '../../web/look/looks.ts'
import { openContext, signedInState } from '../../web/look/signed-in.ts'
import type { ServerName, Stack } from './stack.ts'

/** Where a browser is; undefined on machines that have none. */
export const browserPath = process.env['CHROMIUM']

/** A name of this machine that browsers do not trust as they trust `localhost`: over http, pages of it are not secure. */
export const plainName = 'madang.test'

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
  const args = ['--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=MAP ${plainName} 127.0.0.1`]
  return chromium.launch({ executablePath: browserPath, args })
}

/** A window onto the client. */
export interface Window {
  context: BrowserContext
  page: Page
  /** Where the client is: of the Nginx before all servers, or of that before one. */
  address: string
  /** What the browser complained of since: errors in its console, broken policies, exceptions nobody caught. */
  complaints: readonly string[]
}

/** A window of somebody who is not signed in, in a profile of its own, until the test ends. Nothing is loaded yet. */
export async function openWindow(
  t: ExecutionContext,
  browser: Browser,
  stack: Stack,
  { server, ...looks }: Looks & { server?: ServerName } = {},
): Promise<Window> {
  const address = addressFor(stack, server)
  return windowIn(t, await openContext(browser, address, looks), address)
}

/** A window of somebody who is signed in; their account is made when it is not there. */
export async function signedInWindow(
  t: ExecutionContext,
  browser: Browser,
  stack: Stack,
  name: string,
  { server, role, ...looks }: Looks & { server?: ServerName; role?: 'member' | 'mentor' | 'admin' } = {},
): Promise<Window> {
  const address = addressFor(stack, server)
  const state = await signedInState(browser, address, { username: name, password: passwordOf(name) })
  if (role !== undefined) await stack.world.sql('accounts').where({ username: name }).update({ role })
  return windowIn(t, await openContext(browser, address, looks, state), address)
}

/** What is sent there by that method arrives, and its answer is lost, until this is stopped: with every other route of the page. */
export async function loseAnswers(page: Page, path: string, method: 'POST' | 'PATCH'): Promise<() => Promise<void>> {
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.continue()
    await route.fetch()
    await route.abort()
  })
  // A question that was let through at this moment goes its way.
  return () => page.unrouteAll({ behavior: 'ignoreErrors' })
}

/** The password of a test's people. */
export const passwordOf = (name: string): string => `${name} has a password`

function addressFor(stack: Stack, server: ServerName | undefined): string {
  return server === undefined ? stack.address : stack.addressBefore(server)
}

async function windowIn(t: ExecutionContext, context: BrowserContext, address: string): Promise<Window> {
  t.teardown(async () => {
    // What a test answers in the place of a server may be under way.
    for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' })
    await context.close()
  })
  const page = await context.newPage()
  return { context, page, address, complaints: complaintsOf(page) }
}
