import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { CDPSession, JSHandle, Page } from 'playwright-core'
import sharp from 'sharp'
import { browserOf, browserPath, loseAnswers, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** The timeline in browsers, through Nginx and two servers. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const window = (t: ExecutionContext, name: string, looks: Parameters<typeof signedInWindow>[4] = {}) =>
  signedInWindow(t, browser(), stack(), name, looks)

async function pictureFile(name: string, width: number, height: number) {
  const background = { r: 200, g: 120, b: 60 }
  const buffer = await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
  return { name, mimeType: 'image/png', buffer }
}

type PictureFile = Awaited<ReturnType<typeof pictureFile>>

/** What a drop or a paste carries. */
function transferOf(page: Page, { name, mimeType, buffer }: PictureFile): Promise<JSHandle<DataTransfer>> {
  return page.evaluateHandle(
    ({ base64, ...file }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], file.name, { type: file.mimeType }))
      return transfer
    },
    { name, mimeType, base64: buffer.toString('base64') },
  )
}

/** Layout that moved without anybody having done anything. */
async function watchShifts({ page }: Window): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = { sum: 0 }
    Object.assign(globalThis, { shifts: seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.sum += entry.value
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum)
}

const composer = (page: Page) => page.locator('.composer textarea')
const firstPost = (page: Page) => page.locator('[data-post]').first()

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Control+Enter')
  await page.locator('[data-post]', { hasText: text }).waitFor()
}

inBrowser('a post with three pictures, picked, dropped and pasted, appears live at the other server', async (t) => {
  const alice = await window(t, 'alice', { server: 'server-1' })
  const bob = await window(t, 'bob', { server: 'server-2', width: 360 })
  const shiftsAtBobs = await watchShifts(bob)
  await alice.page.goto('/')
  await write(alice.page, 'the first of all')
  await bob.page.goto('/')
  await firstPost(bob.page).waitFor()

  const { page } = alice
  await composer(page).fill('three pictures of a courtyard #마당')
  await page.locator('.composer input[type=file]').setInputFiles(await pictureFile('a.png', 300, 200))
  const dropped = await transferOf(page, await pictureFile('b.png', 200, 300))
  await page.locator('.drop-ground').dispatchEvent('drop', { dataTransfer: dropped })
  const pasted = await transferOf(page, await pictureFile('c.png', 250, 250))
  await composer(page).evaluate((area, clipboardData) => {
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, pasted)
  await page.locator('.tray-sent').nth(2).waitFor()
  await page.getByRole('button', { name: 'Describe' }).nth(2).click()
  await page.getByRole('textbox', { name: /Description/ }).fill('a persimmon tree')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: /^Move picture 3/ }).press('Home')
  await composer(page).press('Control+Enter')

  const announced = bob.page.getByRole('button', { name: '1 new post' })
  await announced.waitFor()
  t.is(await firstPost(bob.page).locator('.rich-text').textContent(), 'the first of all')
  await announced.click()
  await firstPost(bob.page).getByText('three pictures of a courtyard').waitFor()
  const shown = firstPost(bob.page).locator('.picture-file')
  await eventually(async () => {
    const widths = await shown.evaluateAll((files) => files.map((file) => (file as HTMLImageElement).naturalWidth))
    return widths.length === 3 && widths.every((width) => width > 0)
  })
  t.true((await shiftsAtBobs()) < 0.02)

  await bob.page.getByRole('button', { name: 'a persimmon tree – enlarge' }).click()
  const lightbox = bob.page.getByRole('dialog', { name: 'Pictures' })
  t.is(await lightbox.locator('.lightbox-place').textContent(), '1 of 3')
  t.is(await lightbox.locator('.lightbox-alt').textContent(), 'a persimmon tree')
  await bob.page.keyboard.press('ArrowRight')
  await lightbox.getByText('2 of 3').waitFor()
  await bob.page.keyboard.press('Escape')
  await lightbox.waitFor({ state: 'detached' })
  await eventually(() => bob.page.evaluate(() => document.activeElement?.textContent === 'a persimmon tree – enlarge'))
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('where words were copied the words are pasted, and a picture where it was copied alone', async (t) => {
  const { page, context, address } = await window(t, 'alice')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: address })
  await page.goto('/')
  await composer(page).click()
  const { buffer } = await pictureFile('a.png', 60, 40)
  const copy = (words: Record<string, string>): Promise<void> =>
    page.evaluate(
      async ({ base64, beside }) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
        const picture = new Blob([bytes], { type: 'image/png' })
        await navigator.clipboard.write([new ClipboardItem({ ...beside, 'image/png': picture })])
      },
      { base64: buffer.toString('base64'), beside: words },
    )

  // As an office program does: the words, and a picture of them.
  await copy({ 'text/plain': 'persimmons, three' })
  await page.keyboard.press('Control+V')
  await eventually(async () => (await composer(page).inputValue()) === 'persimmons, three')
  t.is(await page.locator('.tray-tile').count(), 0)

  await copy({})
  await page.keyboard.press('Control+V')
  await page.locator('.tray-sent').waitFor()
  t.is(await composer(page).inputValue(), 'persimmons, three')
})

inBrowser('a picture of an edit that is given up is sent no further', async (t) => {
  const { page } = await window(t, 'alice')
  await page.goto('/')
  await write(page, 'to be left as it is')
  await page.route('**/v1/media*', () => {
    // Never answered.
  })
  const post = page.locator('[data-post]', { hasText: 'to be left as it is' })
  await post.getByRole('button', { name: /^More about the post/ }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const editor = page.getByRole('dialog', { name: 'Edit post' })
  await editor.locator('input[type=file]').setInputFiles(await pictureFile('a.png', 60, 40))
  await editor.locator('.tray-tile.tray-sending').waitFor()

  await page.keyboard.press('Escape')
  const discard = page.getByRole('dialog', { name: 'Discard your changes?' }).getByRole('button', { name: 'Discard' })
  const [cut] = await Promise.all([
    page.waitForEvent('requestfailed', (request) => request.url().includes('/v1/media')),
    discard.click(),
  ])

  t.is(cut.failure()?.errorText, 'net::ERR_ABORTED')
})

inBrowser('a like is shown at once, here and there, and taken back when no server takes it', async (t) => {
  const alice = await window(t, 'alice')
  const bob = await window(t, 'bob')
  await alice.page.goto('/')
  await write(alice.page, 'do you like it?')
  await bob.page.goto('/')
  const post = bob.page.locator('[data-post]', { hasText: 'do you like it?' })
  const heart = post.locator('.post-like [aria-pressed]')

  await heart.click()
  await alice.page
    .locator('[data-post]', { hasText: 'do you like it?' })
    .getByRole('button', { name: 'Like, 1 like' })
    .waitFor()
  t.is(await heart.getAttribute('aria-pressed'), 'true')

  await stack().kill('server-1')
  await stack().kill('server-2')
  await heart.evaluate((button) => {
    const seen: (string | null)[] = []
    Object.assign(globalThis, { seen })
    new MutationObserver(() => seen.push(button.getAttribute('aria-pressed'))).observe(button, {
      attributeFilter: ['aria-pressed'],
    })
  })
  await heart.click()
  const seen = await eventually(async () => {
    const states = await bob.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)
    return states.length >= 2 && states
  })

  t.deepEqual(seen, ['false', 'true'])
  await bob.page.getByText('Your like could not be taken back.').waitFor()
  await post.getByRole('button', { name: 'Like, 1 like' }).waitFor()
  await stack().start('server-1')
  await stack().start('server-2')
})

inBrowser('with the keyboard alone, on a phone in Korean: write, open, comment', async (t) => {
  const { page, context, complaints } = await window(t, 'carol', { width: 360, language: 'ko' })
  const cdp = await context.newCDPSession(page)
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname.startsWith('/v1/posts')) {
      sent.push((request.postDataJSON() as { text: string }).text)
    }
  })
  await page.goto('/')
  await composer(page).waitFor()
  await tabTo(page, '.composer textarea')
  await page.keyboard.insertText('마당에 감이 익었어')
  await enterWhileComposing(cdp, ['ㅇ', '요'])
  await page.keyboard.insertText('!')
  t.is(await composer(page).inputValue(), '마당에 감이 익었어요!')

  await page.keyboard.press('Control+Enter')
  await firstPost(page).getByText('마당에 감이 익었어요!').waitFor()
  await eventually(async () => (await composer(page).inputValue()) === '')
  t.deepEqual(sent, ['마당에 감이 익었어요!'])
  await tabTo(page, 'a.post-fact')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/posts\/\d+$/)
  await page.locator('.comment-form textarea').waitFor()
  await tabTo(page, '.comment-form textarea')
  await page.keyboard.insertText('하나 드릴까')
  await enterWhileComposing(cdp, ['ㅇ', '요'])
  await page.keyboard.insertText('?')
  await page.keyboard.press('Control+Enter')

  await page.getByRole('article').getByText('하나 드릴까요?').waitFor()
  await page.getByRole('link', { name: '댓글 1개' }).waitFor()
  t.deepEqual(sent, ['마당에 감이 익었어요!', '하나 드릴까요?'])
  t.true(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  t.deepEqual(complaints, [])
})

/** Composes a syllable by these steps, presses Ctrl and Enter, which sends nothing yet, and ends it. */
async function enterWhileComposing(cdp: CDPSession, steps: readonly string[]): Promise<void> {
  for (const text of steps) {
    await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  }
  const enter = { windowsVirtualKeyCode: 13, key: 'Enter', code: 'Enter', modifiers: 2 }
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
  await cdp.send('Input.insertText', { text: steps.at(-1) ?? '' })
}

/** As often as it takes, as long as it is not too often. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not come to ${selector}`)
}

inBrowser('a draft outlives the page, and is posted once though its answer was lost', async (t) => {
  const { page } = await window(t, 'alice')
  await page.goto('/')
  await composer(page).fill('only once')
  await page.locator('.composer input[type=file]').setInputFiles(await pictureFile('a.png', 40, 30))
  await page.locator('.tray-sent').waitFor()
  await page.reload()
  await page.locator('.tray-sent').waitFor()
  t.is(await composer(page).inputValue(), 'only once')

  const stop = await loseAnswers(page, '**/v1/posts', 'POST')
  await composer(page).press('Control+Enter')
  await page.getByText('it appears only once').waitFor()
  await stop()
  await composer(page).press('Control+Enter')

  await eventually(async () => (await composer(page).inputValue()) === '')
  const { items } = await page.evaluate(async () => (await fetch('/v1/timeline?limit=100')).json())
  t.is(items.filter((post: { text: string }) => post.text === 'only once').length, 1)
})

inBrowser('a comment outlives the page, and is said once though its answer was lost', async (t) => {
  const { page, context, address } = await window(t, 'alice')
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const made = await context.request.post('/v1/posts', { data: { text: 'say something' }, headers })
  const { id } = (await made.json()) as { id: string }
  const field = page.locator('.comment-form textarea')
  await page.goto(`/posts/${id}`)
  await field.fill('half a')
  await page.getByRole('link', { name: 'To the timeline' }).click()
  await page.goto(`/posts/${id}`)
  await field.waitFor()
  t.is(await field.inputValue(), 'half a')

  await field.fill('half a word')
  const stop = await loseAnswers(page, '**/v1/posts/*/comments', 'POST')
  await field.press('Control+Enter')
  await page.getByText('No answer came. Send it again: it appears only once.').waitFor()
  await stop()
  await page.reload()
  await field.waitFor()
  t.is(await field.inputValue(), 'half a word')
  await field.press('Control+Enter')

  await eventually(async () => (await field.inputValue()) === '')
  const { items } = (await (await context.request.get(`/v1/posts/${id}/comments`)).json()) as { items: object[] }
  t.is(items.length, 1)
  await page.reload()
  await field.waitFor()
  t.is(await field.inputValue(), '')
})

inBrowser('what is edited, said and deleted elsewhere is seen on the page of a post', async (t) => {
  const alice = await window(t, 'alice')
  const bob = await window(t, 'bob')
  await alice.page.goto('/')
  await write(alice.page, 'as it was')
  await alice.page.locator('[data-post]', { hasText: 'as it was' }).locator('a.post-fact').click()
  await alice.page.waitForURL(/\/posts\/\d+$/)
  await bob.page.goto(alice.page.url())
  await bob.page.getByText('No comments yet').waitFor()

  await alice.page.locator('.comment-form textarea').fill('a word of mine')
  await alice.page.locator('.comment-form textarea').press('Control+Enter')
  await bob.page.getByText('a word of mine').waitFor()
  await alice.page.getByRole('button', { name: /^More about the post/ }).click()
  await alice.page.getByRole('menuitem', { name: 'Edit' }).click()
  const editor = alice.page.getByRole('dialog', { name: 'Edit post' })
  await editor.getByRole('textbox').first().fill('as it is')
  await editor.getByRole('button', { name: 'Save' }).click()
  await bob.page.getByText('as it is').waitFor()
  await alice.page.getByRole('button', { name: /^More about the comment/ }).click()
  await alice.page.getByRole('menuitem', { name: 'Delete' }).click()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await bob.page.getByText('No comments yet').waitFor()
  await alice.page.getByRole('button', { name: /^More about the post/ }).click()
  await alice.page.getByRole('menuitem', { name: 'Delete' }).click()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()

  await bob.page.getByRole('heading', { name: 'This post is gone' }).waitFor()
  await alice.page.waitForURL((url) => url.pathname === '/')
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('feeds invite where they are empty, and announce whom one follows', async (t) => {
  const alice = await window(t, 'alice')
  const dora = await window(t, 'dora')
  await dora.page.goto('/feeds/following')
  await dora.page.getByText('Follow your neighbours').waitFor()
  await dora.page.getByRole('link', { name: 'My area' }).click()
  await dora.page.getByText('Where is your courtyard?').waitFor()
  await dora.page.goto('/tags/nobodyusesthis')
  await dora.page.getByText('No posts with this tag').waitFor()
  await dora.page.goto('/posts/999999999')
  await dora.page.getByRole('heading', { name: 'This post is gone' }).waitFor()

  const followed = await dora.context.request.put('/v1/people/alice/follow', { headers: { origin: dora.address } })
  t.true(followed.ok())
  await alice.page.goto('/')
  await write(alice.page, 'to who follows me')
  await dora.page.goto('/feeds/following')
  await firstPost(dora.page).waitFor()
  await write(alice.page, 'and one more')
  await dora.page.getByRole('button', { name: '1 new post' }).click()

  await firstPost(dora.page).getByText('and one more').waitFor()
})
