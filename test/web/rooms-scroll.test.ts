import test from 'ava'
import type { ExecutionContext } from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { Api } from '../../src/commands/replay/api.ts'
import { Person } from '../../src/commands/replay/people.ts'
import type { MessagePage } from '../../web/src/api/types.ts'
import { browserOf, browserPath, passwordOf, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { RawSocket } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { watchLog } from './log-watch.ts'
import type { Seen } from './log-watch.ts'
import { ask, openRoomFor } from './room-windows.ts'

/** A long room: how much of it is in the page, and that who reads stays where they are, whatever comes and goes around them. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

/** Bob says something. */
type Say = (body: string, more?: object) => Promise<void>

const count = 10_000
/** The window of a room has some 240 rows, and 400 while somebody reads above what comes. */
const mostInPage = 400
/** So far may a line be from where scrolling alone has put it. */
const stillPx = 2
/**
 * Of the page's thread, for 1,000 px of messages. Who scrolls fast goes so far in half a second, which is
 * the time that there is for all work.
 */
const mostBusyMs = 500

inBrowser('10,000 messages scroll from the newest to the first, and no line moves by itself', async (t) => {
  t.timeout(600_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob])
  const say = await fill(t, alice, room)
  const { page } = alice
  await page.goto(`/rooms/${room}`)
  await page.getByText('the newest line').waitFor()
  await overTheLog(page)

  await watched(t, page, 'the wheel, notch by notch', async () => {
    for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, -240)
  })
  await watched(t, page, 'page by page', async () => {
    await page.locator('.room-log .message').last().focus()
    for (let turn = 0; turn < 40; turn += 1) await page.keyboard.press('PageUp')
  })
  t.true(await page.evaluate(() => document.activeElement?.matches('.room-log .message') === true))
  await watched(t, page, 'flung by a finger', async () => {
    for (let turn = 0; turn < 24; turn += 1) await fling(page, 400)
    for (let turn = 0; turn < 4; turn += 1) await fling(page, -400)
  })
  await watched(
    t,
    page,
    'while others speak',
    async () => {
      for (let turn = 0; turn < 30; turn += 1) {
        await say(`meanwhile ${turn}`)
        await page.mouse.wheel(0, turn % 2 === 0 ? -300 : 200)
      }
    },
    { isPlaced: false },
  )
  await followReply(t, alice, { room, say })
  let read = 0
  page.on('request', (request) => {
    if (request.url().includes('/messages?')) read += 1
  })
  await watched(t, page, 'as far as it goes', async () => {
    await overTheLog(page)
    for (let turn = 0; turn < 20_000 && (await page.locator('.room-start').count()) === 0; turn += 1) {
      await page.mouse.wheel(0, -2400)
    }
  })
  t.is(await page.getByText('line 1 of').count(), 1, await firstLines(page))
  // Page by page through what lay between the early line and the newest, and past nothing of it.
  t.true(read > 60, `only ${read} pages were read on the way`)
  await watched(t, page, 'and down again', async () => {
    for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, 2400)
  })

  await page.locator('.room-newest').click()
  await page.locator('.message-body', { hasText: 'meanwhile 29' }).waitFor()
  t.deepEqual(alice.complaints, [])
})

inBrowser(
  'the line of what is new pushes nothing where its place is known only when it is before her eyes',
  async (t) => {
    t.timeout(180_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob')
    const room = await openRoomFor(alice, [bob])
    const say = await speakers(t)
    // Back to where she stopped reading a client goes by itself for 650 entries; from there on whoever comes by loads the rest.
    for (let line = 1; line <= 60; line += 1) await say(0, room, `alice ${line}`)
    await Promise.all(Array.from({ length: 638 }, (_, at) => say(1, room, `bob ${at + 1}`)))
    const { page } = alice
    const rest = Promise.withResolvers<void>()
    await page.route(
      (url) => Number(url.searchParams.get('before')?.split(':')[1]) < 100,
      async (route) => {
        await rest.promise
        await route.continue()
      },
    )
    await page.goto(`/rooms/${room}`)
    await page.getByText('bob 638', { exact: true }).waitFor()
    const first = page.locator('.message-body').getByText('bob 1', { exact: true })
    await overTheLog(page)
    await page.locator('.room-log').evaluate((log) => log.scrollTo({ top: 0 }))
    await eventually(async () => {
      await page.mouse.wheel(0, -2400)
      return (await first.count()) === 1 || undefined
    }, 30_000)
    // Again where a wheel still turns.
    await eventually(async () => {
      await first.evaluate((line) => line.scrollIntoView({ block: 'center' }))
      await settled(page)
      return (await isInSight(first)) || undefined
    }, 30_000)
    t.is(await page.getByText('alice 1', { exact: true }).count(), 0)

    const watch = await watchLog(page)
    rest.resolve()
    await page.getByText('alice 1', { exact: true }).waitFor({ state: 'attached' })
    await settled(page)
    const seen = await watch.stop()

    t.true(seen.moved <= stillPx, seen.line)
    t.true(seen.placed > 0, 'nothing came above')
    t.true(await isInSight(first))
    t.is(await page.locator('.room-unread').count(), 0)
  },
)

/** Whether all of it is between the ends of what is seen of the log. */
async function isInSight(line: Locator): Promise<boolean> {
  return line.evaluate((one) => {
    const [log, { top, bottom }] = [one.closest('.room-log')!.getBoundingClientRect(), one.getBoundingClientRect()]
    return top >= log.top && bottom <= log.bottom
  })
}

/** What stands first in the log, for who wonders what does not. */
function firstLines(page: Page): Promise<string> {
  return page.evaluate(() => {
    const log = document.querySelector('.room-log')
    const lines = [...document.querySelectorAll('.room-log-lines > *')].slice(0, 12)
    return `${log?.scrollTop} px from the top, ${lines.map(({ textContent }) => textContent?.slice(0, 40)).join(' | ')}`
  })
}

/** Somebody answers one of the first lines: whoever follows that is there at once, reads on from there, and comes back. */
async function followReply(
  t: ExecutionContext,
  alice: Window,
  { room, say }: { room: string; say: Say },
): Promise<void> {
  const { page } = alice
  const { items }: MessagePage = await ask(alice, 'GET', `/v1/rooms/${room}/messages?after=1:0&limit=60`)
  const far = items.filter(({ kind }) => kind === 'text')[30]
  if (far === undefined) throw new Error('the room has no early line')
  await say('do you remember this?', { replyTo: `${far.epoch}:${far.seq}` })
  await page.locator('.room-newest').click()
  const answer = page.locator('.message', { hasText: 'do you remember this?' })
  await answer.waitFor()
  let pages = 0
  const countPages = (request: { url(): string }): void => {
    if (request.url().includes('/messages?')) pages += 1
  }
  page.on('request', countPages)

  await answer.locator('.message-quote').click()
  await page.locator('.message:focus').waitFor()
  t.is(await page.locator('.message:focus .message-body').textContent(), String(far.content?.['body']))
  t.true(pages <= 3, `${pages} pages were read for it`)
  await watched(
    t,
    page,
    'on from an early line',
    async () => {
      await overTheLog(page)
      for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 480)
    },
    { isPlaced: false },
  )
  t.true(pages >= 3, 'nothing was read on the way')
  page.off('request', countPages)
  await page.locator('.room-newest').click()
  await answer.waitFor()
}

/** What is done while the log is watched moves no line other than by scrolling. Unless it need not, the client has held it in its place. */
async function watched(
  t: ExecutionContext,
  page: Page,
  what: string,
  act: () => Promise<void>,
  { isPlaced = true } = {},
): Promise<Seen> {
  const watch = await watchLog(page)
  const work = await watchWork(page)
  await act()
  await settled(page)
  const busy = await work.stop()
  const seen = await watch.stop()
  const busyPerThousand = (busy / seen.scrolled) * 1000
  t.log(
    `${what}: ${busyPerThousand.toFixed(0)} ms of work for 1,000 px; ${seen.frames} frames, half within ${seen.p50} ms, 99 of 100 within ${seen.p99} ms; ${seen.longTasks} long tasks, the longest ` +
      `${seen.longest} ms; ${seen.most} messages in the page at most; ${seen.moved} px moved; went ${seen.scrolled} px, held ${seen.placed} times`,
  )
  t.true(seen.moved <= stillPx, `${what}: ${seen.line}`)
  t.true(seen.most <= mostInPage)
  t.true(seen.scrolled > 1000, `${what}: nobody went anywhere`)
  t.true(busyPerThousand <= mostBusyMs, `${what}: ${busyPerThousand} ms of work for 1,000 px`)
  if (isPlaced) t.true(seen.placed > 0, `${what}: nothing had to be held in its place, so nothing was watched`)
  return seen
}

/** Processor time, in ms, that the thread of the page works from now on: other work on the machine makes it little longer. */
async function watchWork(page: Page): Promise<{ stop(): Promise<number> }> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const now = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value
    if (seconds === undefined) throw new Error('the browser does not say how long it worked')
    return seconds * 1000
  }
  const before = await now()
  return {
    async stop() {
      const after = await now()
      await cdp.detach()
      return after - before
    },
  }
}

/** Until nothing scrolls any more. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const log = document.querySelector('.room-log')
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
    for (let still = 0, top = log?.scrollTop; still < 10; still += 1) {
      await frame()
      if (log?.scrollTop !== top) still = 0
      top = log?.scrollTop
    }
  })
}

async function overTheLog(page: Page): Promise<void> {
  const box = await page.locator('.room-log').boundingBox()
  if (box === null) throw new Error('the log is not in sight')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
}

/** A finger goes down over the log, so far in pixels, and lets go while it moves: the log goes on by itself. */
async function fling(page: Page, distance: number): Promise<void> {
  const box = await page.locator('.room-log').boundingBox()
  if (box === null) throw new Error('the log is not in sight')
  const x = Math.round(box.x + box.width / 2)
  const from = Math.round(distance > 0 ? box.y + 40 : box.y + box.height - 40)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] })
  for (let step = 1; step <= 8; step += 1) {
    const y = Math.round(from + (distance * step) / 8)
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y }] })
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await settled(page)
  await cdp.send('Emulation.setTouchEmulationEnabled', { enabled: false })
  await cdp.detach()
}

/** Fills a room as fast as the server takes it; what was said stands there as if over days. Answers how bob says something more. */
async function fill(t: ExecutionContext, alice: Window, room: string): Promise<Say> {
  const speak = await speakers(t)
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, at) => upload(alice, at)))
  const say = (who: number, body: string, more?: object): Promise<void> => speak(who, room, body, more)
  for (let from = 1; from <= count; from += 500) {
    const lines = Array.from({ length: 500 }, (_, at) => from + at)
    await Promise.all(
      lines.map((line) => {
        // Pictures belong to who has sent them; every few hundred lines from the end there is one.
        const picture = (count - line) % 70 === 35 ? pictures.pop() : undefined
        const more = picture === undefined ? {} : { media: [{ id: picture, alt: 'a yard' }] }
        const who = picture === undefined ? Math.floor(line / 3) % 2 : 0
        return say(who, `line ${line} of the story${' and more of it'.repeat(line % 23)}`, more)
      }),
    )
  }
  const rows = stack().world.sql('messages').where({ room_id: room })
  await eventually(async () => {
    const [{ stored } = { stored: 0 }] = await rows
      .clone()
      .where({ kind: 'text' })
      .count<{ stored: number }[]>({ stored: '*' })
    return Number(stored) === count || undefined
  }, 60_000)
  await rows
    .clone()
    .update({ at: stack().world.sql.raw('at - INTERVAL (? - CAST(seq AS SIGNED)) * 45 SECOND', [count + 10]) })
  await say(1, 'the newest line')
  return (body, more) => say(1, body, more)
}

/** Alice and bob, each by a socket of their own: who says what in which room, and waits until it is acknowledged. */
async function speakers(
  t: ExecutionContext,
): Promise<(who: number, room: string, body: string, more?: object) => Promise<void>> {
  const api = new Api({ address: stack().address, patienceMs: 30_000 })
  t.teardown(() => api.close())
  const sockets: RawSocket[] = []
  for (const [at, username] of ['alice', 'bob'].entries()) {
    const person = await Person.enter(api, { username, password: passwordOf(username) }, `127.0.${at + 1}.1`)
    const socket = await RawSocket.open(stack().serverAddress('server-1'), person)
    t.teardown(() => socket.close())
    sockets.push(socket)
  }
  return async (who, room, body, more = {}) => {
    const answer = await sockets[who]!.ask({ type: 'send', room, id: randomUUIDv7(), body, ...more }, 60_000)
    if (answer.type !== 'ack') throw new Error(`a line was answered ${JSON.stringify(answer)}`)
  }
}

/** One picture of the sender's, of this or that shape. */
async function upload({ context, address }: Window, at: number): Promise<string> {
  const background = { r: 200 - at * 10, g: 120, b: 60 + at * 10 }
  const create = { width: 400 + (at % 3) * 300, height: 500, channels: 3 as const, background }
  const buffer = await sharp({ create }).png().toBuffer()
  const answer = await context.request.post('/v1/media', {
    headers: { origin: address },
    multipart: { file: { name: `${at}.png`, mimeType: 'image/png', buffer } },
  })
  if (answer.status() !== 201) throw new Error(`a picture was answered ${answer.status()}: ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}
