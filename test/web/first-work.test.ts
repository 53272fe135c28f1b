import test from 'ava'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { webFolder } from '../../tools/paths.ts'
import { openRoomFor } from './room-windows.ts'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'
import { watchWork } from './work-watch.ts'

/**
 * How much a page does before somebody can use it. Times depend on the machine and are looked at by `npm run web:lighthouse`; what is counted here
 * is what those times are made of.
 */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

/** A page of a feed. */
const pageOfPosts = 20

inBrowser('a page of posts comes a few at a time, and makes only what somebody sees', async (t) => {
  t.timeout(180_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { width: 360 })
  for (let nth = 1; nth <= pageOfPosts; nth += 1) await post(alice, nth)
  const { page } = alice
  const work = await watchWork(page)

  await page.goto('/')
  await eventually(async () => (await page.locator('.post[data-post]').count()) === pageOfPosts)
  await page.locator('.composer textarea').waitFor()
  await page.locator('[role=feed][aria-busy=false]').waitFor()

  const { mostAtOnce, painted, formats } = await work()
  t.log(`${mostAtOnce} elements at once, ${painted} canvases, ${formats.join(', ')}`)
  const each = (await page.locator('.post[data-post] *').count()) / pageOfPosts
  // Two posts, and what stands around them.
  t.true(mostAtOnce > each, 'nothing was counted')
  t.true(mostAtOnce < 4 * each, `${mostAtOnce} elements at once, a post has ${each}`)
  t.true(painted < pageOfPosts / 2, `${painted} of ${pageOfPosts} placeholders`)
  t.deepEqual(formats, [])
  t.is(await page.locator('[role=menuitem]').count(), 0)
})

inBrowser('a room writes its days and times without Intl, and makes no menu before it is opened', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor', width: 360 })
  const room = await openRoomFor(alice, [])
  for (let nth = 1; nth <= 10; nth += 1) {
    await send(alice, `/v1/rooms/${room}/messages`, { id: uuidv7(), body: `line ${nth}` })
  }
  const { page } = alice
  const work = await watchWork(page)

  await page.goto(`/rooms/${room}`)
  await page.getByText('line 10').waitFor()

  const { formats } = await work()
  t.regex(await page.locator('.message-facts time').last().innerText(), /^\d+:\d\d [AP]M$/)
  t.deepEqual(formats, [])
  t.is(await page.locator('[role=menuitem]').count(), 0)
  await page.getByRole('button', { name: 'More about this room' }).click()
  await page.getByRole('menuitem', { name: 'Close the room' }).waitFor()
})

inBrowser('the part of a page is asked for while the server still looks up who is signed in', async (t) => {
  t.timeout(120_000)
  const { page } = await signedInWindow(t, browser(), stack(), 'alice', { width: 360 })
  const released = Promise.withResolvers<void>()
  await page.route('**/v1/me', async (route) => {
    await released.promise
    await route.continue()
  })
  const part = page.waitForRequest(/\/assets\/timeline-page-[^/]+\.js$/)

  await page.goto('/')
  await part
  t.is(await page.locator('.timeline').count(), 0)

  released.resolve()
  await page.locator('.timeline').waitFor()
})

inBrowser('where one writes in a room is there before its messages are', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor', width: 360 })
  const room = await openRoomFor(alice, [])
  await send(alice, `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'the only line' })
  const { page } = alice
  const released = Promise.withResolvers<void>()
  await page.route(/\/v1\/rooms\/[^/]+\/messages/, async (route) => {
    await released.promise
    await route.continue()
  })

  await page.goto(`/rooms/${room}`)
  await page.locator('.room-composer textarea').fill('not sent yet')
  t.is(await page.getByText('the only line').count(), 0)

  released.resolve()
  await page.getByText('the only line').waitFor()
  t.is(await page.locator('.room-composer textarea').inputValue(), 'not sent yet')
})

/** What keeps a page live. Rooms show nothing without it. */
const live = ['src/api/live-client.ts', 'src/api/outbox-idb.ts']

/** Six files are asked for at a time. The page itself, a script and a sheet, comes before these. */
for (const { parts, most } of [
  { parts: ['src/timeline/timeline-page.tsx'], most: { scripts: 3, sheets: 3 } },
  { parts: ['src/rooms/rooms-page.tsx', ...live], most: { scripts: 5, sheets: 2 } },
  { parts: ['src/rooms/room-page.tsx', ...live], most: { scripts: 7, sheets: 4 } },
]) {
  test(`${parts[0]} can be used after ${most.scripts} scripts and ${most.sheets} sheets at most`, (t) => {
    const { scripts, sheets } = filesOf(parts)
    t.log(`${scripts.join(', ')} and ${sheets.join(', ')}`)
    t.true(scripts.length > 0 && scripts.length <= most.scripts, scripts.join(', '))
    t.true(sheets.length > 0 && sheets.length <= most.sheets, sheets.join(', '))
  })
}

interface Chunk {
  file: string
  imports?: string[]
  css?: string[]
}

/** What parts of the client need before they can be shown, without the page itself, by the build's own account. */
function filesOf(parts: readonly string[]): { scripts: string[]; sheets: string[] } {
  const manifest: Record<string, Chunk> = JSON.parse(
    readFileSync(path.join(webFolder, '.vite', 'manifest.json'), 'utf8'),
  )
  const page = readFileSync(path.join(webFolder, 'index.html'), 'utf8')
  const [scripts, sheets] = [new Set<string>(), new Set<string>()]
  const take = (name: string): void => {
    const chunk = manifest[name]
    if (chunk === undefined) throw new Error(`the build has no ${name}`)
    if (scripts.has(chunk.file)) return
    scripts.add(chunk.file)
    for (const sheet of chunk.css ?? []) sheets.add(sheet)
    for (const needed of chunk.imports ?? []) take(needed)
  }
  for (const part of parts) take(part)
  const isLater = (file: string): boolean => !page.includes(file)
  return { scripts: [...scripts].filter(isLater), sheets: [...sheets].filter(isLater) }
}

/** With a picture of its own. */
async function post(window: Window, nth: number): Promise<void> {
  const create = { width: 60, height: 40, channels: 3, background: { r: 10 * nth, g: 120, b: 60 } } as const
  const file = { name: `${nth}.png`, mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
  const headers = { origin: window.address }
  const taken = await window.context.request.post('/v1/media', { headers, multipart: { file } })
  const { id: media }: { id: string } = await taken.json()
  await send(window, '/v1/posts', { text: `number ${nth} of many`, pictures: [{ media, alt: 'a yard' }] })
}

async function send({ context, address }: Window, to: string, data: object): Promise<void> {
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const answer = await context.request.post(to, { data, headers })
  if (!answer.ok()) throw new Error(await answer.text())
}
