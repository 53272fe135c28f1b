import type { Page } from 'playwright-core'

/** What the browser complains of from now on: errors and warnings of the console, broken policies, exceptions that nobody caught. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => void complaints.push(`${error.name}: ${error.message}`))
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(`${said.text()} (${said.location().url})`)
  })
  return complaints
}
