import test from 'ava'
import type { ExecutionContext } from 'ava'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, loseAnswers, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** Where links lead on the timeline, what is not lost by leaving, and where the focus stays. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const window = (t: ExecutionContext, name: string) => signedInWindow(t, browser(), stack(), name)

async function ask({ context, address }: Window, path: string, data: unknown = {}, method = 'POST') {
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const answer = await context.request.fetch(path, { method, data, headers })
  if (!answer.ok()) throw new Error(await answer.text())
  return answer.status() === 204 ? { id: '' } : ((await answer.json()) as { id: string })
}

const isFocused = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)

async function pictures(count: number) {
  const buffer = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  return Array.from({ length: count }, (_, place) => ({ name: `${place}.png`, mimeType: 'image/png', buffer }))
}

inBrowser('a link to a comment leads to it, also when it is not on the first page', async (t) => {
  const alice = await window(t, 'alice')
  const post = await ask(alice, '/v1/posts', { text: 'much said', pictures: [] })
  let last = { id: '' }
  for (let count = 0; count < 45; count += 1) {
    last = await ask(alice, `/v1/posts/${post.id}/comments`, { text: `comment ${count}` })
  }

  await alice.page.goto(`/posts/${post.id}#comment-${last.id}`)

  const comment = `#comment-${last.id}`
  await alice.page.locator(comment).waitFor()
  await eventually(() => isFocused(alice.page, comment))
  const isInSight = async (): Promise<boolean> => {
    const box = await alice.page.locator(comment).boundingBox()
    return box !== null && box.y >= 0 && box.y + box.height <= 900
  }
  await becomes(t, isInSight, true)
})

inBrowser('no line ends within a tag or a mention, nor before what closes its sentence', async (t) => {
  const alice = await window(t, 'alice')
  await window(t, 'bob')
  const { id } = await ask(alice, '/v1/posts', {
    text: '고마워요 @bob! 가을엔 #감나무! 모두 @bob님이 했어요',
    pictures: [],
  })
  await alice.page.goto(`/posts/${id}`)
  const text = alice.page.locator('.post .rich-text').first()
  await text.waitFor()
  const torn = await text.evaluate((element: HTMLElement) => {
    const whole = element.textContent ?? ''
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    const letters: [Node, number][] = []
    while (walker.nextNode()) {
      const { currentNode: node } = walker
      for (let at = 0; at < (node.textContent ?? '').length; at += 1) letters.push([node, at])
    }
    const lineOf = (place: number): number => {
      const [node, at] = letters[place] ?? [element, 0]
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + 1)
      return range.getBoundingClientRect().top
    }
    const found = []
    for (let width = 130; width < 400; width += 3) {
      element.style.inlineSize = `${width}px`
      for (const word of whole.matchAll(/[@#]\S+/g)) {
        const lines = [...word[0]].map((_, at) => lineOf(word.index + at))
        if (Math.max(...lines) - Math.min(...lines) > 5) found.push(`${word[0]} at ${width}`)
      }
    }
    return found
  })
  t.deepEqual(torn, [])
})

inBrowser('what was changed in a post is not lost by leaving its editor without being asked', async (t) => {
  const alice = await window(t, 'alice')
  const post = await ask(alice, '/v1/posts', { text: 'as it was', pictures: [] })
  const { page } = alice
  await page.goto(`/posts/${post.id}`)
  await page.getByRole('button', { name: /^More about the post/ }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const editor = page.getByRole('dialog', { name: 'Edit post' })
  await editor.getByRole('textbox').first().fill('as it may be')

  await page.keyboard.press('Escape')
  const question = page.getByRole('dialog', { name: 'Discard your changes?' })
  await question.getByRole('button', { name: 'Cancel' }).click()

  t.is(await editor.getByRole('textbox').first().inputValue(), 'as it may be')
  await editor.getByRole('button', { name: 'Close' }).click()
  await question.getByRole('button', { name: 'Discard' }).click()
  await editor.waitFor({ state: 'detached' })
  t.pass()
})

inBrowser('what is being changed in a post stays when the post is deleted meanwhile', async (t) => {
  const alice = await window(t, 'alice')
  const { page } = alice
  for (const isAlone of [false, true]) {
    const post = await ask(alice, '/v1/posts', { text: 'as it was', pictures: [] })
    await page.goto(isAlone ? `/posts/${post.id}` : '/')
    const card = page.locator(`[data-post="${post.id}"]`)
    await card.getByRole('button', { name: /^More about the post/ }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    const editor = page.getByRole('dialog', { name: 'Edit post' })
    const words = editor.getByRole('textbox').first()
    await words.fill('as it may be')

    await ask(alice, `/v1/posts/${post.id}`, undefined, 'DELETE')
    await card.waitFor({ state: 'detached' })

    t.is(await words.inputValue(), 'as it may be')
    await editor.getByRole('button', { name: 'Save' }).click()
    await editor.getByText('This is not here, or not here any more.').waitFor()
    t.is(await words.inputValue(), 'as it may be')
  }
})

inBrowser('what one was writing of a post that is deleted meanwhile is shown until it is thrown away', async (t) => {
  const alice = await window(t, 'alice')
  const { page } = alice
  const post = await ask(alice, '/v1/posts', { text: 'as it was', pictures: [] })
  await page.goto(`/posts/${post.id}`)
  await page.locator('.comment-form textarea').fill('half a thought')

  await ask(alice, `/v1/posts/${post.id}`, undefined, 'DELETE')
  await page.getByRole('heading', { name: 'This post is gone' }).waitFor()

  const unsent = page.getByLabel('What you were writing')
  t.is(await unsent.inputValue(), 'half a thought')
  await page.reload()
  await unsent.waitFor()
  t.is(await unsent.inputValue(), 'half a thought')
  await page.getByRole('button', { name: 'Discard' }).click()
  await unsent.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('heading', { name: 'This post is gone' }).waitFor()
  t.is(await unsent.count(), 0)
})

inBrowser('what is being changed in a comment is not lost by leaving it, nor with the comment', async (t) => {
  const alice = await window(t, 'alice')
  const { page } = alice
  const post = await ask(alice, '/v1/posts', { text: 'a post', pictures: [] })
  const { id } = await ask(alice, `/v1/posts/${post.id}/comments`, { text: 'as it was' })
  await page.goto(`/posts/${post.id}`)
  const comment = page.locator(`#comment-${id}`)
  const words = comment.getByRole('textbox')
  async function edit(): Promise<void> {
    await comment.getByRole('button', { name: /^More about the comment/ }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await words.fill('as it may be')
  }

  await edit()
  await words.press('Escape')
  const question = page.getByRole('dialog', { name: 'Discard your changes?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  t.is(await words.inputValue(), 'as it may be')
  await page.getByRole('link', { name: '← To the timeline' }).click()
  await page.locator('.timeline').waitFor()
  await page.goBack()
  await words.waitFor()
  t.is(await words.inputValue(), 'as it may be')
  await comment.getByRole('button', { name: 'Cancel' }).click()
  await question.getByRole('button', { name: 'Discard' }).click()
  await comment.getByText('as it was').waitFor()
  await page.reload()
  await comment.getByText('as it was').waitFor()
  t.is(await words.count(), 0)

  await edit()
  await ask(alice, `/v1/comments/${id}`, undefined, 'DELETE')
  const unsent = page.getByLabel('What you were writing')
  await unsent.waitFor()
  t.is(await unsent.inputValue(), 'as it may be')
  await page.reload()
  await unsent.waitFor()
  t.is(await comment.count(), 0)
  await page.getByRole('button', { name: 'Discard' }).click()
  await unsent.waitFor({ state: 'detached' })
  await page.reload()
  await page.locator('.comment-form textarea').waitFor()
  t.is(await unsent.count(), 0)
})

inBrowser('an edit that was saved is over, though its answer did not come', async (t) => {
  const alice = await window(t, 'alice')
  const { page } = alice
  const post = await ask(alice, '/v1/posts', { text: 'a post', pictures: [] })
  const { id } = await ask(alice, `/v1/posts/${post.id}/comments`, { text: 'as it was' })
  const comment = page.locator(`#comment-${id}`)
  const words = comment.getByRole('textbox', { name: 'Edit comment' })
  const unsent = comment.getByLabel('What you were writing')
  async function saveUnanswered(made: string): Promise<void> {
    await comment.getByRole('button', { name: /^More about the comment/ }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await words.fill(made)
    const stop = await loseAnswers(page, `**/v1/comments/${id}`, 'PATCH')
    await comment.getByRole('button', { name: 'Save' }).click()
    await comment.getByText('Madang cannot be reached').waitFor()
    await stop()
  }
  await page.goto(`/posts/${post.id}`)
  await saveUnanswered('saved')
  await page.reload()
  await comment.getByText('saved', { exact: true }).waitFor()
  t.deepEqual([await words.count(), await unsent.count()], [0, 0])

  await saveUnanswered('saved again')
  await ask(alice, `/v1/comments/${id}`, { text: 'changed elsewhere' }, 'PATCH')
  await page.reload()
  await comment.getByText('changed elsewhere').waitFor()
  t.is(await words.count(), 0)
  t.is(await unsent.inputValue(), 'saved again')
  await comment.getByRole('button', { name: 'Discard' }).click()
  await unsent.waitFor({ state: 'detached' })
})

/** A comment that its author has begun to edit in two tabs. */
async function editedInTwoTabs(t: ExecutionContext) {
  const alice = await window(t, 'alice')
  const post = await ask(alice, '/v1/posts', { text: 'a post', pictures: [] })
  const { id } = await ask(alice, `/v1/posts/${post.id}/comments`, { text: 'as it was' })
  const [one, other] = [alice.page, await alice.context.newPage()]
  const commentIn = (page: Page) => page.locator(`#comment-${id}`)
  for (const page of [one, other]) {
    await page.goto(new URL(`/posts/${post.id}`, alice.address).href)
    await commentIn(page)
      .getByRole('button', { name: /^More about the comment/ })
      .click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await commentIn(page).getByRole('textbox').waitFor()
  }
  return { id, one, other, commentIn }
}

inBrowser('who leaves an edit as it was takes nothing away of what another tab makes of it', async (t) => {
  const { one, other, commentIn } = await editedInTwoTabs(t)
  await commentIn(one).getByRole('textbox').fill('long words')

  await commentIn(other).getByRole('button', { name: 'Cancel' }).click()
  await commentIn(other).getByText('as it was').waitFor()

  await one.reload()
  await commentIn(one).getByRole('textbox').waitFor()
  t.is(await commentIn(one).getByRole('textbox').inputValue(), 'long words')
})

inBrowser('what another tab makes of a comment is shown as it stands there, until it is saved', async (t) => {
  const { id, one, other, commentIn } = await editedInTwoTabs(t)
  const words = commentIn(one).getByRole('textbox')
  const unsent = commentIn(other).getByLabel('What you were writing')
  await words.fill('as it')
  await other.waitForFunction((of) => Object.keys(localStorage).some((key) => key.endsWith(`comment-${of}`)), id)
  await commentIn(other).getByRole('button', { name: 'Cancel' }).click()
  await unsent.waitFor()
  t.is(await unsent.inputValue(), 'as it')

  await words.fill('as it may be')
  await eventually(async () => (await unsent.inputValue()) === 'as it may be')
  await commentIn(one).getByRole('button', { name: 'Save' }).click()

  await unsent.waitFor({ state: 'detached' })
  await commentIn(other).getByText('as it may be').waitFor()
})

inBrowser('an edit that is on its way is neither written on nor left', async (t) => {
  const alice = await window(t, 'alice')
  const { page } = alice
  const post = await ask(alice, '/v1/posts', { text: 'a post', pictures: [] })
  const { id } = await ask(alice, `/v1/posts/${post.id}/comments`, { text: 'as it was' })
  const comment = page.locator(`#comment-${id}`)
  const words = comment.getByRole('textbox')
  await page.goto(`/posts/${post.id}`)
  await comment.getByRole('button', { name: /^More about the comment/ }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await words.fill('as it is')
  let isHeld = false
  await page.route(`**/v1/comments/${id}`, async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue()
    await words.press('!')
    await words.press('Escape')
    isHeld = (await words.inputValue()) === 'as it is' && (await page.getByRole('dialog').count()) === 0
    await route.continue()
  })

  await comment.getByRole('button', { name: 'Save' }).click()

  await comment.getByText('as it is').waitFor()
  await words.waitFor({ state: 'detached' })
  t.true(isHeld)
})

inBrowser('on a phone no notice lies over the comment that one is writing', async (t) => {
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { width: 360, height: 740 })
  const { page } = bob
  const post = await ask(bob, '/v1/posts', { text: 'a line\n'.repeat(7), pictures: [] })
  await ask(bob, `/v1/posts/${post.id}/comments`, { text: 'a comment' })
  await page.goto(`/posts/${post.id}`)
  await page.getByRole('button', { name: /^More about the comment/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  const toast = page.locator('.toast', { hasText: 'Comment deleted' })
  // Pointed at, it stays.
  await toast.hover()
  const field = page.locator('.comment-form textarea')

  await field.focus()

  const stands = () => Promise.all([toast.boundingBox(), page.locator('.comment-form').boundingBox()])
  const isFree = async (): Promise<boolean> => {
    const [notice, form] = await stands()
    return notice !== null && form !== null && notice.y + notice.height < form.y
  }
  t.true(await eventually(isFree).catch(() => false), JSON.stringify(await stands()))
  // Pressed, it takes the focus, and is still there when the press ends.
  await toast.getByRole('button', { name: 'Close this notice' }).click()
  // Sooner than it would go by itself.
  await toast.waitFor({ state: 'detached', timeout: 3000 })
})

inBrowser('pictures are put in order, taken out and leafed through without the focus getting lost', async (t) => {
  const { page } = await window(t, 'carol')
  await page.goto('/')
  const area = page.locator('.composer textarea')
  await area.fill('three of them')
  await page.locator('.composer input[type=file]').setInputFiles(await pictures(3))
  await page.locator('.tray-sent').nth(2).waitFor()
  await page.getByRole('button', { name: /^Move picture 3/ }).focus()

  await page.keyboard.press('ArrowLeft')
  await page
    .getByRole('button', { name: /^Move picture 2/ })
    .and(page.locator(':focus'))
    .waitFor()
  await page.keyboard.press('ArrowLeft')
  await page
    .getByRole('button', { name: /^Move picture 1/ })
    .and(page.locator(':focus'))
    .waitFor()

  await page.getByRole('button', { name: 'Remove picture 3' }).press('Enter')
  await page.locator('.tray-tile').nth(2).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Remove picture 2' }).and(page.locator(':focus')).waitFor()
  await area.press('Control+Enter')
  const post = page.locator('[data-post]', { hasText: 'three of them' })
  await post
    .getByRole('button', { name: /enlarge/ })
    .first()
    .click()
  const lightbox = page.getByRole('dialog', { name: 'Pictures' })
  await lightbox.getByRole('button', { name: 'Next' }).press('Enter')
  await lightbox.getByText('2 of 2').waitFor()
  await becomes(t, () => isFocused(page, '.lightbox-chevron-right[aria-disabled]'), true)
})

inBrowser('a picture that is hardly more than a line is seen when it is looked at alone', async (t) => {
  const { page } = await window(t, 'dora')
  await page.goto('/')
  const buffer = await sharp({ create: { width: 6000, height: 1, channels: 3, background: '#bb4517' } })
    .png()
    .toBuffer()
  await page.locator('.composer input[type=file]').setInputFiles({ name: 'line.png', mimeType: 'image/png', buffer })
  await page.locator('.tray-sent').waitFor()
  await page.locator('.composer-post').click()

  await page.locator('[data-post] .picture-grid button').first().click()
  const picture = page.getByRole('dialog', { name: 'Pictures' }).locator('img')
  await picture.waitFor()

  const heightOf = async (): Promise<number> => (await picture.boundingBox())?.height ?? 0
  t.true(await eventually(async () => (await heightOf()) >= 2).catch(() => false), `${await heightOf()} px`)
})
