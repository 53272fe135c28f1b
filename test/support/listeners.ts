import { EventSource } from 'eventsource'
import type { Browser, Page } from 'playwright-core'
import { CuttingProxy } from './cutting-proxy.ts'

/** What an EventSource has heard so far. */
export interface Heard {
  /** How often it was connected. */
  opened: number
  /** Data of the events, in the order in which they came. */
  data: string[]
  recovered: boolean[]
  gaps: number
}

/** A client that is cut off and led elsewhere, and comes back by itself. */
export interface Listener {
  /** Where its connections lead from now on; those it has break. */
  moveTo(address: string): void
  heard(): Promise<Heard>
  leave(): Promise<void>
}

/** Unless somebody wants to hear everything. */
const eventNames = ['post.created']

export interface NodeListening {
  address: string
  token: string
  /** The position that a page named. */
  from?: string
  /** What to ask for, and the events to hear of it; posts that are written, unless said otherwise. */
  topics?: readonly string[]
  names?: readonly string[]
}

/** EventSource of npm, with a token in its headers. */
export async function nodeListener(options: NodeListening): Promise<Listener> {
  const { topics = ['timeline'], names = eventNames } = options
  let target = options.address
  const proxy = await CuttingProxy.open(() => target)
  const from = options.from === undefined ? '' : `&last_event_id=${options.from}`
  const source = new EventSource(`${proxy.address}/v1/stream?topics=${topics.join()}${from}`, {
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${options.token}` } }),
  })
  const heard: Heard = { opened: 0, data: [], recovered: [], gaps: 0 }
  source.addEventListener('open', () => void (heard.opened += 1))
  source.addEventListener('gap', () => void (heard.gaps += 1))
  source.addEventListener('ready', ({ data }) => void heard.recovered.push(JSON.parse(String(data)).recovered))
  for (const name of names) source.addEventListener(name, ({ data }) => void heard.data.push(String(data)))
  return {
    moveTo(address) {
      target = address
      proxy.cut()
    },
    heard: async () => heard,
    async leave() {
      source.close()
      proxy.close()
    },
  }
}

/** The EventSource of a browser, signed in by its cookies. */
export async function browserListener(options: {
  browser: Browser
  address: string
  username: string
}): Promise<Listener> {
  let target = options.address
  const proxy = await CuttingProxy.open(() => target)
  const page = await options.browser.newPage()
  // Answers of the API are no pages and allow nothing: a page of ours stands at the same origin.
  await page.route('**/a-page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
  await page.goto(`${proxy.address}/a-page`)
  await signUp(page, options.username)
  await page.evaluate(listenInPage, eventNames)
  return {
    moveTo(address) {
      target = address
      proxy.cut()
    },
    heard: () => page.evaluate<Heard>('globalThis.heard'),
    async leave() {
      await page.close()
      proxy.close()
    },
  }
}

async function signUp(page: Page, username: string): Promise<void> {
  const status = await page.evaluate(async (name) => {
    const body = JSON.stringify({ username: name, password: `${name} has a password` })
    const headers = { 'content-type': 'application/json' }
    return (await fetch('/v1/accounts', { method: 'POST', headers, body })).status
  }, username)
  if (status !== 201) throw new Error(`${username} could not sign up in the browser: ${status}`)
}

/** Runs in the page, and so names nothing of this file. */
function listenInPage(names: string[]): void {
  const heard: Heard = { opened: 0, data: [], recovered: [], gaps: 0 }
  Object.assign(globalThis, { heard })
  const dataOf = (event: Event): string => ('data' in event ? String(event.data) : '')
  const source = new globalThis.EventSource('/v1/stream?topics=timeline')
  source.addEventListener('open', () => void (heard.opened += 1))
  source.addEventListener('gap', () => void (heard.gaps += 1))
  source.addEventListener('ready', (event) => void heard.recovered.push(JSON.parse(dataOf(event)).recovered))
  for (const name of names) source.addEventListener(name, (event) => void heard.data.push(dataOf(event)))
}
