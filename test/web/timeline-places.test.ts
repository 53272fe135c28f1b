import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** That nobody loses their place: in a feed, in what they write, with the keyboard. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { POSTS_PER_HOUR: 1000 }, { isForBrowsers: true })
const browser = browserOf(test)

const window = (t: ExecutionContext, name: string) => signedInWindow(t, browser(), stack(), name)
const composer = (page: Page) => page.locator('.composer textarea')
const post = (page: Page, text: string) => page.locator('[data-post]', { hasText: text })

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Control+Enter')
  await post(page, text).waitFor()
}

async function pictureFile(name: string, r: number) {
  const create = { width: 60, height: 60, channels: 3, background: { r, g: 120, b: 60 } } as const
  return { name, mimeType: 'image/png', buffer: await sharp({ create }).png().toBuffer() }
}

/** What has the focus, as a screen reader names it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return 'nothing'
    return element.getAttribute('aria-label') ?? element.textContent ?? ''
  })

const focusComesTo = (page: Page, wanted: RegExp) => eventually(async () => wanted.test(await focused(page)))

async function fillFeed({ context, address }: Window, count: number): Promise<void> {
  for (let nth = 1; nth <= count; nth += 1) {
    const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
    const answer = await context.request.post('/v1/posts', {
      data: { text: `number ${nth} of many`, pictures: [] },
      headers,
    })
    if (!answer.ok()) throw new Error(await answer.text())
  }
}

inBrowser('who looks at a post and comes back is where they were, and new posts move nothing', async (t) => {
  const alice = await window(t, 'alice')
  const bob = await window(t, 'bob')
  await fillFeed(alice, 25)
  const { page } = bob
  await page.goto('/')
  const looked = post(page, 'number 8 of many')
  await eventually(async () => {
    await page.mouse.wheel(0, 600)
    return (await looked.count()) > 0
  })
  await looked.scrollIntoViewIfNeeded()
  const topOf = async (): Promise<number> => Math.round((await looked.boundingBox())?.y ?? Number.NaN)
  await whenScrolled(page)
  const before = await topOf()

  await looked.locator('a.post-fact').click()
  await page.waitForURL(/\/posts\/\d+$/)
  await page.locator('.comment-form').waitFor()
  await becomes(t, () => page.evaluate(() => scrollY), 0)
  await page.goBack()
  await looked.waitFor()

  await eventually(async () => (await topOf()) === before)
  await fillFeed(alice, 2)
  await page.getByRole('button', { name: '2 new posts' }).waitFor()
  t.is(await topOf(), before)
  await page.getByRole('button', { name: '2 new posts' }).click()
  await eventually(() => page.evaluate(() => scrollY === 0))
  await page.getByRole('button', { name: 'Back to where you were' }).click()
  await eventually(async () => Math.abs((await topOf()) - before) < 60)
  t.deepEqual(bob.complaints, [])
})

inBrowser(
  'who is shown more new posts than are kept waiting is not offered a way back that leads nowhere',
  async (t) => {
    t.timeout(120_000)
    const alice = await window(t, 'alice')
    const { page, complaints } = await window(t, 'bob')
    await fillFeed(alice, 20)
    await page.goto('/')
    await post(page, 'number 20 of many').first().waitFor()
    const last = post(page, 'number 8 of many').first()
    await eventually(async () => {
      await page.mouse.wheel(0, 600)
      return (await last.count()) > 0
    })
    await last.scrollIntoViewIfNeeded()
    const below = page.locator(`[data-post="${await last.getAttribute('data-post')}"]`)

    await fillFeed(alice, 101)
    const show = page.getByRole('button', { name: 'Many new posts' })
    await show.waitFor()
    await page.route('**/v1/timeline*', (route) => route.abort('connectionreset'))
    await whenScrolled(page)
    const { y: placed } = (await below.boundingBox())!
    await show.click()
    // It says so, and leaves them where they are. The browser complains of it, too.
    await page.getByText('Madang cannot be reached.').waitFor()
    t.is(await page.locator('.post-list-end [role=alert]').count(), 0)
    t.true(Math.abs((await below.boundingBox())!.y - placed) < 20, 'they are led away')
    await page.unroute('**/v1/timeline*')
    await show.click()
    await post(page, 'number 101 of many').waitFor()
    await focusComesTo(page, /alice/)

    const back = page.getByRole('button', { name: 'Back to where you were' })
    t.is(await back.count(), 0)
    // Nor when they have read down to that place themselves.
    await eventually(async () => {
      await page.mouse.wheel(0, 2000)
      return (await below.count()) > 0
    }, 60_000)
    t.is(await back.count(), 0)
    t.true(complaints.length > 0 && complaints.every((complaint) => complaint.includes('ERR_CONNECTION_RESET')))
  },
)

inBrowser('what is on its way goes on while one looks at something else', async (t) => {
  const { page, complaints } = await window(t, 'alice')
  await page.goto('/')
  let letGo = (): void => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  await page.route('**/v1/media*', async (route) => {
    await held
    await route.continue()
  })
  await composer(page).fill('with a slow picture')
  await page.locator('.composer input[type=file]').setInputFiles(await pictureFile('a.png', 10))
  await page.locator('.tray-sending').first().waitFor()
  t.true(await standsBelow(page.locator('.tray-sending').first(), composer(page)))
  await page.getByRole('link', { name: 'Rooms' }).click()
  await page.waitForURL(/\/rooms$/)
  await page.goBack()
  await page.locator('.tray-tile').waitFor()

  await composer(page).press('Control+Enter')
  await page.getByRole('link', { name: 'Rooms' }).click()
  await page.waitForURL(/\/rooms$/)
  letGo()
  await page.getByText('Posted').waitFor()
  await page.goBack()

  await post(page, 'with a slow picture').waitFor()
  await composer(page).waitFor()
  t.is(await composer(page).inputValue(), '')
  t.is(await page.locator('.tray-tile').count(), 0)
  t.deepEqual(complaints, [])
})

inBrowser(
  'pictures that were cut off, or chosen without a network, go on by themselves when there is one',
  async (t) => {
    t.timeout(120_000)
    const { page, context } = await window(t, 'alice')
    await page.goto('/')
    await composer(page).waitFor()
    let cut = (): void => {}
    const isCut = new Promise<void>((resolve) => (cut = resolve))
    await page.route('**/v1/media*', async (route) => {
      await isCut
      await route.abort('connectionreset')
    })
    const choose = async (name: string, red: number): Promise<void> => {
      await page.locator('.composer input[type=file]').setInputFiles(await pictureFile(name, red))
    }

    await choose('on-its-way.png', 20)
    await page.locator('.tray-sending').first().waitFor()
    await context.setOffline(true)
    cut()
    await page.locator('.tray-failed').waitFor()
    await page.unroute('**/v1/media*')
    await choose('in-a-tunnel.png', 200)
    await page.locator('.tray-failed').nth(1).waitFor()
    t.is(await page.locator('.tray-problem', { hasText: 'Madang cannot be reached.' }).count(), 2)
    t.is(await page.locator('.tray-tile').getByRole('button', { name: 'Try again' }).count(), 2)
    await context.setOffline(false)

    await page.locator('.tray-sent').nth(1).waitFor()
    t.is(await page.locator('.tray-problem').count(), 0)

    // While one looks at something else, too.
    const rooms = page.getByRole('link', { name: 'Rooms' })
    await rooms.click()
    await page.getByRole('heading', { name: 'Rooms' }).first().waitFor()
    await page.goBack()
    await context.setOffline(true)
    await choose('in-the-next-tunnel.png', 90)
    await page.locator('.tray-failed').waitFor()
    await rooms.click()
    await page.getByRole('heading', { name: 'Rooms' }).first().waitFor()
    await context.setOffline(false)
    await page.goBack()
    await page.locator('.tray-sent').nth(2).waitFor()
  },
)

inBrowser('a file that is no picture of a kind that is taken is told so, and not to be tried again', async (t) => {
  const { page } = await window(t, 'alice')
  await page.goto('/')
  const buffer = Buffer.from('this is no picture')

  await page.locator('.composer input[type=file]').setInputFiles({ name: 'words.png', mimeType: 'image/png', buffer })
  await page.locator('.tray-failed .tray-problem').waitFor()

  t.is(await page.locator('.tray-tile').getByRole('button', { name: 'Try again' }).count(), 0)
  await page.getByRole('button', { name: 'Remove picture 1' }).click()
  await page.locator('.tray-tile').waitFor({ state: 'detached' })
})

inBrowser('pictures are put in order by a pointer and by the keyboard', async (t) => {
  const { page } = await window(t, 'alice')
  await page.goto('/')
  const files = await Promise.all([10, 90, 170].map((red) => pictureFile(`${red}.png`, red)))
  await page.locator('.composer input[type=file]').setInputFiles(files)
  await page.locator('.tray-sent').nth(2).waitFor()
  for (const [nth, tile] of (await page.locator('.tray-tile').all()).entries()) {
    await tile.evaluate((element, name) => element.setAttribute('data-name', name), 'abc'[nth] ?? '')
  }
  const order = (): Promise<string> =>
    page.locator('.tray-tile').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-name')).join(''))
  const middleOf = async (place: number): Promise<{ x: number; y: number }> => {
    const box = await page.locator('.tray-picture').nth(place).boundingBox()
    if (box === null) throw new Error('there is no such tile')
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }
  const [first, last] = [await middleOf(0), await middleOf(2)]

  await page.getByRole('button', { name: /^Move picture 1/ }).hover()
  await page.mouse.down()
  await page.mouse.move(last.x, last.y, { steps: 12 })
  await eventually(async () => (await order()) === 'bca')
  await page.mouse.move(first.x, first.y, { steps: 12 })
  await eventually(async () => (await order()) === 'abc')
  await page.mouse.up()
  await page.mouse.move(last.x, last.y, { steps: 4 })
  t.is(await order(), 'abc')

  await page.getByRole('button', { name: /^Move picture 3/ }).focus()
  await page.keyboard.press('ArrowLeft')
  await focusComesTo(page, /^Move picture 2/)
  await page.keyboard.press('ArrowLeft')
  await becomes(t, order, 'cab')
  await focusComesTo(page, /^Move picture 1/)
  await page.getByRole('button', { name: 'Remove picture 1' }).press('Enter')
  await eventually(async () => (await order()) === 'ab')
  await focusComesTo(page, /picture 1/)
  t.pass()
})

inBrowser('the focus stays near what is gone', async (t) => {
  const { page } = await window(t, 'alice')
  await page.goto('/')
  await write(page, 'the one below')
  await write(page, 'the one that goes')
  const more = post(page, 'the one that goes').getByRole('button', { name: /^More about the post/ })
  await more.press('Enter')
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter')
  await post(page, 'the one that goes').waitFor({ state: 'detached' })
  await focusComesTo(page, /^alice$/)

  await post(page, 'the one below').locator('a.post-fact').press('Enter')
  await page.locator('.comment-form textarea').fill('a word')
  await page.locator('.comment-form textarea').press('Control+Enter')
  await page.getByRole('button', { name: /^More about the comment/ }).press('Enter')
  await page.getByRole('menuitem', { name: 'Edit' }).press('Enter')
  await page.locator('.comment textarea').and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Escape')
  await focusComesTo(page, /^More about the comment/)
  await page.getByRole('button', { name: /^More about the post/ }).press('Enter')
  await page.getByRole('menuitem', { name: 'Edit' }).press('Enter')
  await eventually(() => page.evaluate(() => document.activeElement?.matches('dialog textarea') === true))
  await page.keyboard.press('Escape')
  await focusComesTo(page, /^More about the post/)
  t.pass()
})

inBrowser(
  'what I like in one tab I like in the other, and whom I mute is gone from where I come back to',
  async (t) => {
    const alice = await window(t, 'alice')
    const bob = await window(t, 'bob')
    await alice.page.goto('/')
    await write(alice.page, 'for two tabs')
    await bob.page.goto('/')
    const other = await bob.context.newPage()
    await other.goto('/')
    const heart = (page: Page) => post(page, 'for two tabs').locator('[aria-pressed]')
    await heart(other).waitFor()

    await heart(bob.page).click()

    await eventually(async () => (await heart(other).getAttribute('aria-pressed')) === 'true')
    await heart(other).click()
    await eventually(async () => (await heart(bob.page).getAttribute('aria-pressed')) === 'false')
    await post(bob.page, 'for two tabs').locator('a.post-name').click()
    await bob.page.getByRole('button', { name: /^More about alice/ }).click()
    await bob.page.getByRole('menuitem', { name: /^Mute/ }).click()
    await bob.page.getByText(/muted/i).first().waitFor()
    await bob.page.goBack()
    await composer(bob.page).waitFor()
    await post(bob.page, 'for two tabs').waitFor({ state: 'detached' })
    t.pass()
  },
)

/** A wheel turns the page on for a while: until it has stood for ten frames. */
async function whenScrolled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let still = 0, top = scrollY; still < 10; still += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      if (scrollY !== top) still = 0
      top = scrollY
    }
  })
}

/** Whether no part of the one covers the other, which is above it. */
async function standsBelow(one: Locator, other: Locator): Promise<boolean> {
  const [above, below] = await Promise.all([other.boundingBox(), one.boundingBox()])
  return above !== null && below !== null && below.y >= above.y + above.height
}
