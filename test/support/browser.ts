import type { ExecutionContext } from 'ava'

/** What our tests use of a page in a browser. The package's own types need those of the DOM, which are not ours. */
export interface Page {
  goto(url: string): Promise<unknown>
  click(selector: string): Promise<void>
  waitForSelector(selector: string): Promise<unknown>
  locator(selector: string): { count(): Promise<number> }
  on(
    event: 'console' | 'pageerror' | 'requestfailed',
    listener: (what: { text?(): string; url?(): string }) => void,
  ): void
}

interface Package {
  chromium: {
    launch(options: { executablePath: string; args: string[] }): Promise<{
      newPage(): Promise<Page>
      close(): Promise<void>
    }>
  }
}

/** Where a browser is; undefined on machines that have none. */
export const browserPath = process.env['CHROMIUM']

/** An empty page in a browser of its own, until the test ends. */
export async function openPage(t: ExecutionContext): Promise<Page> {
  if (browserPath === undefined) throw new Error('there is no browser here')
  const name: string = 'playwright-core'
  const { chromium } = (await import(name)) as Package
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser.newPage()
}
