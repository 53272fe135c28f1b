import type { Browser, BrowserContext } from 'playwright-core'
import { settingsFor } from './looks.ts'
import type { Looks } from './looks.ts'

export interface Credentials {
  username: string
  password: string
}

export type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** What a browser keeps of somebody who has signed in there: the cookies, and the mark of the client that they are there. The account is made when nobody has the name. */
export async function signedInState(browser: Browser, address: string, credentials: Credentials): Promise<State> {
  const context = await browser.newContext({ baseURL: address })
  try {
    const asked = { data: credentials, headers: { origin: address } }
    let answer = await context.request.post('/v1/sessions', asked)
    if (answer.status() === 401) answer = await context.request.post('/v1/accounts', asked)
    if (!answer.ok()) throw new Error(`${credentials.username} is not let in at ${address}: ${await answer.text()}`)
    const { expiresInSeconds }: { expiresInSeconds: number } = await answer.json()
    const keptAt = Date.now()
    const mark = JSON.stringify({ keptAt, expiresAt: keptAt + expiresInSeconds * 1000 })
    const { cookies } = await context.storageState()
    return { cookies, origins: [{ origin: address, localStorage: [{ name: 'madang-session', value: mark }] }] }
  } finally {
    await context.close()
  }
}

/** A browser of somebody, set as they like it; what is kept of a sign-in makes them signed in, and their account speaks their language. */
export async function openContext(
  browser: Browser,
  address: string,
  looks: Looks,
  state?: State,
): Promise<BrowserContext> {
  const kept = state === undefined ? {} : { storageState: state }
  const context = await browser.newContext({ baseURL: address, ...kept, ...settingsFor(looks) })
  if (state === undefined) return context
  const data = { language: looks.language ?? 'en' }
  const answer = await context.request.patch('/v1/me', { data, headers: { origin: address } })
  if (!answer.ok()) throw new Error(`the language was not set: ${await answer.text()}`)
  return context
}
