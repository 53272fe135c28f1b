import test from 'ava'
import type { Page } from 'playwright-core'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { stackOf } from '../support/stack.ts'
import { ask, openRoomFor, say } from './room-windows.ts'

/** A word longer than its line, as an address is: nothing that one writes it into grows wider than its place. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

const word = `https://example.org/${'a'.repeat(400)}`

/** How many pixels the page, and the body of an open dialog, can be moved sideways. */
const overhang = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const body = document.querySelector('dialog[open] .dialog-body')
    return [document.documentElement, ...(body === null ? [] : [body])].map((part) =>
      Math.max(0, part.scrollWidth - part.clientWidth),
    )
  })

for (const width of [360, 1280]) {
  inBrowser(`a long word stays in the field that it is written into, ${width} px wide`, async (t) => {
    const alice = await signedInWindow(t, browser(), stack(), `alice_${width}`, { role: 'mentor', width })
    const { page } = alice
    const post: { id: string } = await ask(alice, 'POST', '/v1/posts', { text: 'Morning' })

    for (const path of ['/', `/posts/${post.id}`, '/settings']) {
      await page.goto(path)
      await page.locator('main textarea').first().fill(word)
      t.deepEqual(await overhang(page), [0], path)
    }

    await page.goto(`/people/alice_${width}`)
    await page.locator('[data-post] [aria-haspopup=menu]').first().click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByRole('dialog').locator('textarea').fill(word)
    t.deepEqual(await overhang(page), [0, 0], 'an edited post')

    await page.goto('/rooms')
    await page.getByRole('button', { name: 'Open a room' }).first().click()
    await page.getByRole('dialog').locator('textarea').fill(word)
    t.deepEqual(await overhang(page), [0, 0], 'a room that is opened')
  })
}

inBrowser('the time of a short message stands beside it, however long the name above is', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { width: 360 })
  await ask(alice, 'PATCH', '/v1/me', {
    displayName: '감나무 아래에서 바람을 기다리는 앨리스와 친구들과 이웃들과 고양이들',
  })
  const room = await openRoomFor(alice, [bob])
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(alice.page, '네')

  const message = bob.page.locator('.message', { hasText: '네' })
  await message.waitFor()
  await bob.page.evaluate(() => document.fonts.ready)
  const [body, time, name] = await Promise.all(
    ['.message-body', 'time', '.message-name'].map((part) => message.locator(part).boundingBox()),
  )
  if (!body || !time || !name) return t.fail('not all of it is shown')
  t.true(name.width > 200)
  t.true(name.x + name.width <= 360)
  t.true(time.x - (body.x + body.width) < 16, `${time.x - (body.x + body.width)} px`)
  t.deepEqual(await overhang(bob.page), [0])
})

inBrowser('letters twice as large stay within the page of a phone', async (t) => {
  const carol = await signedInWindow(t, browser(), stack(), 'carol', { role: 'mentor', width: 360, language: 'ko' })
  const { page } = carol
  const post: { id: string } = await ask(carol, 'POST', '/v1/posts', {
    text: '감이 익어 갑니다 #감나무',
    area: '연남동',
  })
  await ask(carol, 'PUT', `/v1/posts/${post.id}/like`)
  await ask(carol, 'POST', `/v1/posts/${post.id}/comments`, { text: '하나 드릴까요?' })
  await openRoomFor(carol, [], { name: '감나무 아래 평상' })
  for (const path of ['/', '/settings', '/rooms', '/notifications', '/people/carol']) {
    await page.goto(path)
    await page.locator('main h1').waitFor()
    await page.locator('.post, .room-card, .settings-form, .state').first().waitFor()
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
    await page.evaluate(() => document.fonts.ready)
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((one) => one.getBoundingClientRect().right > 361)
        .map((one) => one.className),
    )
    t.deepEqual(await overhang(page), [0], `${path}: ${wide.join(', ')}`)
  }
})
