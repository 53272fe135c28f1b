import test from 'ava'
import { mock } from 'node:test'
import type { Page, Route } from 'playwright-core'
import sharp from 'sharp'
import { Tries } from '../../web/src/ui/tries.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { ask, openRoomFor } from './room-windows.ts'

/** What could not be read is read when the network, or the servers, are back: nobody has to press anything. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const way = (page: Page, href: string) => page.locator(`.navigation-place[href="${href}"]`)
/** What a server answers whose MySQL is away. */
const withoutDatabase = (requestId: string) => {
  const problem = { type: 'about:blank', title: 'x', status: 503, code: 'unavailable', requestId, retryAfter: 5 }
  return { status: 503, headers: { 'retry-after': '5' }, contentType: 'application/problem+json', json: problem }
}
const failed = (page: Page) => page.locator('main').getByRole('alert').getByRole('button', { name: 'Try again' })

test.serial(
  'what is tried again by itself is tried once in a while, together, less and less often, and not by all at one moment',
  (t) => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    t.teardown(() => mock.timers.reset())
    const tab = Object.assign(new EventTarget(), { hidden: false })
    const tries = new Tries(tab as unknown as Document)
    const told: string[] = []
    const pass = (seconds: number): void => {
      for (let second = 0; second < seconds; second += 1) mock.timers.tick(1000)
    }
    const secondsUntilTried = (): number => {
      told.length = 0
      for (let seconds = 1; ; seconds += 1) {
        pass(1)
        if (told.length > 0) return seconds
      }
    }
    const fail = (name: string): (() => void) => tries.later(() => told.push(name))

    const firsts = new Set<number>()
    for (let run = 0; run < 50; run += 1) {
      fail('feed')
      pass(1)
      fail('rooms')
      firsts.add(secondsUntilTried())
      t.deepEqual(told, ['feed', 'rooms'])
      pass(200)
      t.is(told.length, 2)
    }
    t.true(firsts.size > 2)
    t.true(Math.min(...firsts) >= 4 && Math.max(...firsts) <= 10)

    const waits = Array.from({ length: 6 }, () => (fail('feed'), secondsUntilTried()))
    t.true(waits[1]! >= 10 && waits[1]! <= 20)
    for (const wait of waits.slice(2)) t.true(wait >= 15 && wait <= 30, String(waits))

    tries.later(() => told.push('much later'), 60)
    t.true(secondsUntilTried() > 60)
    fail('left')()
    told.length = 0
    pass(200)
    t.deepEqual(told, [])

    // Nobody looks at the page: it asks when somebody does, and not for what was left meanwhile.
    tab.hidden = true
    const leave = fail('left out of sight')
    pass(200)
    leave()
    fail('out of sight')
    pass(200)
    t.deepEqual(told, [])
    tab.hidden = false
    tab.dispatchEvent(new Event('visibilitychange'))
    t.deepEqual(told, ['out of sight'])
    tab.dispatchEvent(new Event('visibilitychange'))
    pass(200)
    t.is(told.length, 1)
  },
)

inBrowser('what was opened without a network is there when the network is back', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { context, page: onFeeds } = alice
  const [seen, unseen] = [await openRoomFor(alice, []), await openRoomFor(alice, [])]
  const [onRooms, onParts] = [await context.newPage(), await context.newPage()]
  // The parts of the program that the two need are there.
  await onFeeds.goto('/')
  await onFeeds.locator('.composer').waitFor()
  await onRooms.goto(`/rooms/${seen}`)
  await onRooms.locator('.room-composer-input').waitFor()
  await way(onRooms, '/rooms').click()
  await onRooms.locator(`.room-card-link[href="/rooms/${unseen}"]`).waitFor()
  await onParts.goto('/')
  await onParts.locator('.composer').waitFor()

  await context.setOffline(true)
  await onFeeds.getByRole('link', { name: 'Following' }).click()
  await onRooms.locator(`.room-card-link[href="/rooms/${unseen}"]`).click()
  await way(onParts, '/settings').click()
  for (const page of [onFeeds, onRooms, onParts]) await failed(page).waitFor()
  let loads = 0
  for (const page of [onFeeds, onRooms, onParts]) page.on('load', () => (loads += 1))
  await context.setOffline(false)

  await onFeeds.getByText('Follow your neighbours').waitFor()
  await onRooms.locator('.room-composer-input').waitFor()
  // What only loading the page anew would help waits for who wants that: it gives up what is on its way.
  t.true(await failed(onParts).isVisible())
  t.is(loads, 0)
})

inBrowser('a room whose end could not be read leads to its receipt when the network is back', async (t) => {
  t.timeout(120_000)
  const carol = await signedInWindow(t, browser(), stack(), 'carol', { role: 'mentor' })
  const { context, page } = carol
  const room = await openRoomFor(carol, [])
  await page.goto(`/rooms/${room}`)
  await page.locator('.room-composer-input').waitFor()
  const readings = `**/v1/rooms/${room}`
  let failures = 0
  await page.route(readings, (route) => {
    failures += 1
    return route.abort('connectionfailed')
  })

  await ask(carol, 'POST', `/v1/rooms/${room}/close`)
  await page.getByRole('link', { name: 'To the receipt' }).waitFor({ timeout: 60_000 })
  // Asked for once for the last entry, the last word of the socket and the last step, or for each, and each time tried three times: then nobody asks for a while.
  await eventually(async () => {
    const before = failures
    await page.waitForTimeout(5000)
    return (failures >= 3 && failures === before) || undefined
  })
  const receipt = page.locator('.room-head').getByRole('link', { name: 'Receipt' })
  t.is(await receipt.count(), 0)
  await page.unroute(readings)
  await context.setOffline(true)
  await page.waitForFunction(() => !navigator.onLine)
  await context.setOffline(false)

  await receipt.waitFor({ timeout: 60_000 })
  t.pass()
})

inBrowser('what no server answered is there when servers do again', async (t) => {
  t.timeout(180_000)
  const { page } = await signedInWindow(t, browser(), stack(), 'bob')
  await page.goto('/people/bob')
  await page.locator('.person-head').waitFor()
  await way(page, '/').click()
  await page.locator('.composer').waitFor()

  await stack().kill('server-1')
  await stack().kill('server-2')
  await way(page, '/people/bob').click()
  await failed(page).waitFor({ timeout: 60_000 })
  await stack().start('server-1')
  await stack().start('server-2')

  await page.getByText('@bob').first().waitFor({ timeout: 90_000 })
  t.pass()
})

inBrowser('what a server that is there could not answer is read again by itself', async (t) => {
  t.timeout(120_000)
  const { context, page } = await signedInWindow(t, browser(), stack(), 'bob', { role: 'mentor' })
  const onRooms = await context.newPage()
  const questions = { '/': 0, '/rooms': 0 }
  const withoutMysql = (at: keyof typeof questions) => (route: Route) => {
    questions[at] += 1
    return route.fulfill(withoutDatabase('r1'))
  }
  await page.route('**/v1/timeline?**', withoutMysql('/'))
  await onRooms.route('**/v1/rooms?**', withoutMysql('/rooms'))
  await page.goto('/')
  await onRooms.goto('/rooms')
  for (const one of [page, onRooms]) await failed(one).waitFor()
  let loads = 0
  for (const one of [page, onRooms]) one.on('load', () => (loads += 1))
  const asked = { ...questions }

  // One try in vain, and the next one is answered. The connection was there all the while: nothing else says that the outage is over.
  await eventually(() => questions['/'] > asked['/'] && questions['/rooms'] > asked['/rooms'])
  for (const one of [page, onRooms]) await failed(one).waitFor()
  for (const one of [page, onRooms]) await one.unrouteAll({ behavior: 'wait' })

  await failed(page).waitFor({ state: 'detached', timeout: 40_000 })
  await page.locator('[data-post], .state-title').first().waitFor()
  await failed(onRooms).waitFor({ state: 'detached', timeout: 40_000 })
  await onRooms.locator('.rooms-section').first().waitFor()
  t.is(loads, 0)
})

inBrowser('whoever stands on the button stays there while it is tried in vain, and hears of it once', async (t) => {
  t.timeout(120_000)
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { role: 'mentor' })
  const room = await openRoomFor(bob, [])
  const questions = {
    '/': /\/v1\/timeline\?/,
    '/rooms': /\/v1\/rooms\?/,
    [`/rooms/${room}`]: /\/v1\/rooms\/\d+$/,
    '/people/bob': /\/v1\/people\/bob$/,
    '/notifications': /\/v1\/notifications(\?|$)/,
  }
  const tried = Object.entries(questions).map(async ([path, question]) => {
    const page = await bob.context.newPage()
    let asked = 0
    await page.route(question, (route) => {
      asked += 1
      // As a server answers: each answer has a number of its own.
      return route.fulfill(withoutDatabase(`r${asked}`))
    })
    await page.goto(path)
    const button = failed(page).first()
    await button.focus()
    await page.evaluate(() => {
      document.body.dataset['alerts'] = '0'
      new MutationObserver((changes) => {
        const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element)
        const count = added.filter((one) => one.matches('[role=alert]') || one.querySelector('[role=alert]')).length
        document.body.dataset['alerts'] = String(Number(document.body.dataset['alerts']) + count)
      }).observe(document.body, { childList: true, subtree: true })
    })
    const numbers = page.locator('main .state-request').first()
    const before = await numbers.textContent()
    await eventually(async () => (await numbers.textContent({ timeout: 60_000 })) !== before, 60_000)
    const [hasFocus, alerts] = await Promise.all([
      button.evaluate((node) => node === document.activeElement),
      page.evaluate(() => document.body.dataset['alerts']),
    ])
    const live = await numbers.getAttribute('aria-live')
    await page.close()
    return { path, hasFocus, alerts, live }
  })

  for (const one of await Promise.all(tried)) {
    t.deepEqual(one, { path: one.path, hasFocus: true, alerts: '0', live: 'off' })
  }
})

inBrowser('pictures that did not come in an outage come when it is over', async (t) => {
  t.timeout(120_000)
  const { context, page } = await signedInWindow(t, browser(), stack(), 'alice')
  const create = { width: 60, height: 40, channels: 3, background: 'teal' } as const
  await page.goto('/')
  await page.locator('.composer textarea').fill('a picture of the yard')
  const file = { name: 'a.png', mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
  await page.locator('.composer input[type=file]').setInputFiles(file)
  await page.locator('.tray-sent').waitFor()
  await page.locator('.composer textarea').press('Control+Enter')
  const picture = page.locator('[data-post]', { hasText: 'a picture of the yard' }).locator('.picture')
  await page.locator('[data-post] .picture[data-state=loaded]').waitFor()
  await page.route('**/media/**', (route) => route.abort())
  await page.reload()
  await page.locator('[data-post] .picture[data-state=broken]').waitFor()
  // What is read on it is also what it is called by.
  await page.getByRole('button', { name: /enlarge.*This picture cannot be shown/ }).waitFor()

  await context.setOffline(true)
  await page.unroute('**/media/**')
  await context.setOffline(false)

  await page.locator('[data-post] .picture[data-state=loaded]').waitFor()
  const widths = await picture
    .locator('img')
    .evaluateAll((files) => files.map((one) => (one as HTMLImageElement).naturalWidth))
  t.deepEqual(widths.length, 1)
  t.true(widths.every((width) => width > 0))
})

inBrowser('who comes while nobody can be asked who they are is let in when somebody can', async (t) => {
  const { context, page } = await signedInWindow(t, browser(), stack(), 'carol')
  await page.route('**/v1/me', (route) => route.abort())
  await page.goto('/settings/about')
  await failed(page).waitFor()

  await context.setOffline(true)
  await page.unroute('**/v1/me')
  await context.setOffline(false)

  await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  t.pass()
})
