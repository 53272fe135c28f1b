import test from 'ava'
import type { Locator, Page } from 'playwright-core'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** People, what one should know of, and what admins look after, in a browser. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { POPULAR_EVERY_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)

const post = async ({ context, address }: Window, path: string, data: unknown = {}, method = 'POST') => {
  const answer = await context.request.fetch(path, { method, data, headers: { origin: address } })
  return answer.status() === 204 ? {} : ((await answer.json()) as Record<string, unknown>)
}

const listed = (page: Page): Locator => page.getByRole('listbox').getByRole('option')

inBrowser('a mention is completed by keys, and Enter takes who is chosen', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice')
  await signedInWindow(t, browser(), stack(), 'bobby')
  await signedInWindow(t, browser(), stack(), 'bobette')
  const { page, complaints } = alice
  await page.goto('/')
  const area = page.getByRole('textbox').first()
  await area.click()

  await area.pressSequentially('hello @bob')
  await listed(page).nth(1).waitFor()
  await area.press('ArrowDown')
  await page.getByRole('option', { name: 'bobette', selected: true }).waitFor()
  t.is(
    await area.getAttribute('aria-activedescendant'),
    await page.getByRole('option', { selected: true }).getAttribute('id'),
  )
  await area.press('Enter')

  await becomes(t, () => area.inputValue(), 'hello @bobette ')
  await becomes(t, () => listed(page).count(), 0)
  await area.pressSequentially('@bob')
  await listed(page).first().waitFor()
  await area.press('Escape')
  await becomes(t, () => listed(page).count(), 0)
  t.is(await area.inputValue(), 'hello @bobette @bob')
  t.deepEqual(complaints, [])
})

inBrowser('a Korean name is found while it is composed, and the Enter of the composition takes nobody', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { language: 'ko' })
  const minji = await signedInWindow(t, browser(), stack(), 'minji')
  await post(minji, '/v1/me', { displayName: '김민지' }, 'PATCH')
  const { page, context } = alice
  await page.goto('/')
  const area = page.getByRole('textbox').first()
  await area.click()
  await area.pressSequentially('@')
  const ime = await context.newCDPSession(page)

  for (const text of ['ㄱ', '기', '김']) {
    await ime.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await page.getByRole('option', { name: '김민지' }).waitFor()
  }
  await area.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true })
  t.is(await area.inputValue(), '@김')
  await page.getByRole('option', { name: '김민지' }).click()

  await becomes(t, () => area.inputValue(), '@minji ')
})

inBrowser(
  'a follow answers at once, makes a notification that appears by itself, and looking at it reads it',
  async (t) => {
    const alice = await signedInWindow(t, browser(), stack(), 'alice')
    const carol = await signedInWindow(t, browser(), stack(), 'carol')
    await alice.page.goto('/notifications')
    await carol.page.goto('/people/alice')

    await carol.page.getByRole('button', { name: 'Follow', exact: true }).click()

    await carol.page.getByRole('button', { name: 'Stop following alice' }).waitFor()
    const told = alice.page.getByRole('link', { name: /carol follows you/ })
    await told.waitFor()
    await alice.page.waitForFunction(() => !document.title.startsWith('('))
    const unread = async () => (await post(alice, '/v1/notifications?limit=1', undefined, 'GET'))['unread']
    await becomes(t, unread, 0)
    await told.click()
    await alice.page.getByText('@carol').first().waitFor()
    t.deepEqual([...alice.complaints, ...carol.complaints], [])
  },
)

inBrowser('who is blocked is asked about first, is gone for both, and can be let go', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice')
  const dave = await signedInWindow(t, browser(), stack(), 'dave')
  const { page, complaints } = alice
  await page.goto('/people/dave')
  await page.getByText('No posts yet').waitFor()

  await page.getByRole('button', { name: 'More about dave' }).click()
  await page.getByRole('menuitem', { name: 'Block' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click()
  await page.getByText('You have blocked this person').waitFor()
  // What else is shown is read again then: the page that follows is asked for after all that.
  await page.getByRole('link', { name: 'Followers' }).click()
  await page.getByText('No followers yet').waitFor()
  await page.getByRole('link', { name: 'Posts', exact: true }).click()

  await dave.page.goto('/people/alice')
  await dave.page.getByRole('heading', { name: 'Nobody is here' }).waitFor()
  await page.goto('/settings/people')
  await page.getByRole('button', { name: 'Unblock' }).click()
  await page.getByRole('button', { name: 'Block again' }).waitFor()
  await dave.page.reload()
  await dave.page.getByText('@alice').first().waitFor()
  t.deepEqual(complaints, [])
})

inBrowser(
  'the posts of who is blocked are asked for no more, whichever of their lists one looked at then',
  async (t) => {
    const { page, complaints } = await signedInWindow(t, browser(), stack(), 'alice')
    await signedInWindow(t, browser(), stack(), 'walter')
    await page.goto('/people/walter')
    await page.getByText('No posts yet').waitFor()
    await page.getByRole('link', { name: 'Followers' }).click()
    await page.getByText('No followers yet').waitFor()

    await page.getByRole('button', { name: 'More about walter' }).click()
    await page.getByRole('menuitem', { name: 'Block' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click()
    await page.getByText('You have blocked this person').waitFor()
    // What is read again then is asked for before the page that follows.
    await page.getByRole('link', { name: 'Following' }).last().click()
    await page.getByText('Follows nobody yet').waitFor()

    t.deepEqual(complaints, [])
  },
)

inBrowser(
  'who is blocked sees no more of the other from that moment on, wherever they look, and is told nothing; who is let go does again',
  async (t) => {
    t.timeout(120_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice')
    const dave = await signedInWindow(t, browser(), stack(), 'dave', { server: 'server-2' })
    await signedInWindow(t, browser(), stack(), 'carol')
    await post(alice, '/v1/people/carol/follow', undefined, 'PUT')
    const { id } = await post(alice, '/v1/posts', { text: 'the gate stands open' })
    await post(dave, `/v1/posts/${String(id)}/comments`, { text: 'I am coming' })
    const feed = dave.page.locator('[data-post]', { hasText: 'the gate stands open' })
    const [onPost, onPerson] = [await dave.context.newPage(), await dave.context.newPage()]
    const [onPopular, onFollowers] = [await dave.context.newPage(), await dave.context.newPage()]
    const popular = onPopular.locator('[data-post]', { hasText: 'the gate stands open' })
    const follower = onFollowers.locator('.people-list').getByText('@alice')
    await dave.page.goto('/')
    await feed.waitFor()
    await onPost.goto(`/posts/${String(id)}`)
    await onPost.getByText('I am coming').waitFor()
    await onPerson.goto('/people/alice')
    await onPerson.getByText('@alice').first().waitFor()
    await onFollowers.goto('/people/carol/followers')
    await follower.waitFor()
    await eventually(async () => {
      const { items } = await post(dave, '/v1/timeline?feed=popular', undefined, 'GET')
      return (items as { id: string }[]).some((one) => one.id === id)
    })
    await onPopular.goto('/feeds/popular')
    await popular.waitFor()
    await alice.page.goto('/people/dave')
    await alice.page.getByRole('button', { name: 'More about dave' }).click()
    await alice.page.getByRole('menuitem', { name: 'Block' }).click()
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click()
    await alice.page.getByText('You have blocked this person').waitFor()

    await feed.waitFor({ state: 'detached' })
    await onPost.getByRole('heading', { name: 'This post is gone' }).waitFor()
    await onPerson.getByRole('heading', { name: 'Nobody is here' }).waitFor()
    await popular.waitFor({ state: 'detached' })
    await follower.waitFor({ state: 'detached' })
    t.is(await dave.page.getByText(/block/i).count(), 0)
    t.is(await dave.page.locator('.toast').count(), 0)

    await alice.page.getByRole('button', { name: 'Unblock' }).click()
    await onPost.getByText('I am coming').waitFor()
    await onPerson.getByText('@alice').first().waitFor()
    await follower.waitFor()
  },
)

inBrowser('a mute can be undone where it was said, and a follow that no server takes goes back', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice')
  await signedInWindow(t, browser(), stack(), 'frank')
  const { page } = alice
  await page.goto('/people/frank')
  await page.getByRole('button', { name: 'More about frank' }).click()
  await page.getByRole('menuitem', { name: 'Mute' }).click()
  await page.getByText('You have muted this person.').waitFor()
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click()
  await page.getByText('You have muted this person.').waitFor({ state: 'detached' })

  await page.route('**/v1/people/frank/follow', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'conflict', status: 409 }),
    }),
  )
  const follow = page.getByRole('button', { name: 'Follow', exact: true })
  await follow.click()
  await page.getByText('Something has changed meanwhile.').waitFor()
  await follow.waitFor()
  await page.unroute('**/v1/people/frank/follow')
  await follow.click()
  await page.getByRole('button', { name: 'Stop following frank' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Stop following frank' }).click()
  await follow.waitFor()
  t.pass()
})

inBrowser('what comes is told in all tabs, and read in one it is read in all', async (t) => {
  t.timeout(120_000)
  const grace = await signedInWindow(t, browser(), stack(), 'grace')
  const henry = await signedInWindow(t, browser(), stack(), 'henry')
  const other = await grace.context.newPage()
  const badge = (page: Page): Locator => page.locator('.navigation .count', { hasText: '1 unread notification' })
  for (const page of [grace.page, other]) {
    await page.goto('/settings/about')
    await page.getByRole('heading', { name: 'About Madang' }).waitFor()
  }

  await post(henry, '/v1/people/grace/follow', undefined, 'PUT')

  for (const page of [grace.page, other]) await badge(page).waitFor()
  await other
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /Notifications/ })
    .click()
  await other.getByRole('link', { name: /henry follows you/ }).waitFor()
  for (const page of [grace.page, other]) await badge(page).waitFor({ state: 'detached' })
  t.deepEqual(grace.complaints, [])
})

inBrowser('a count that was on its way when something came does not take it back', async (t) => {
  t.timeout(120_000)
  const ivan = await signedInWindow(t, browser(), stack(), 'ivan')
  const judy = await signedInWindow(t, browser(), stack(), 'judy')
  const { page } = ivan
  const badge = page.locator('.navigation .count', { hasText: '1 unread notification' })
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route(/\/v1\/notifications\?limit=1$/, async (route) => {
    const response = await route.fetch()
    asked.resolve()
    await held.promise
    await route.fulfill({ response })
  })
  const answered = page.waitForResponse(/\/v1\/notifications\?limit=1$/)
  const streaming = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream')
  await page.goto('/settings/about')
  await asked.promise
  await streaming

  await post(judy, '/v1/people/ivan/follow', undefined, 'PUT')
  await badge.waitFor()
  held.resolve()
  await (await answered).finished()
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)))

  t.true(await badge.isVisible())
  t.deepEqual(ivan.complaints, [])
})

inBrowser(
  'an admin gives a role, after being asked, and sees how it came; for others there is no such page',
  async (t) => {
    const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
    const erin = await signedInWindow(t, browser(), stack(), 'erin')
    const { page } = ada
    await page.goto('/admin')

    await page.getByRole('searchbox').fill('erin')
    await page.getByRole('button', { name: 'Role of erin' }).click()
    await page.getByRole('dialog').getByRole('radio', { name: 'Mentor' }).check()
    await page.getByRole('button', { name: 'Make a mentor' }).click()
    await page
      .getByRole('dialog', { name: 'Make erin a mentor?' })
      .getByRole('button', { name: 'Make a mentor' })
      .click()

    await page.getByText('From member to mentor').waitFor()
    t.is((await post(erin, '/v1/me', undefined, 'GET'))['role'], 'mentor')
    await erin.page.goto('/admin')
    await erin.page.getByText('There is nothing here').first().waitFor()
    t.deepEqual(ada.complaints, [])
  },
)

inBrowser('an admin sees a closing by its name, with all that is known of it', async (t) => {
  const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
  const mina = await signedInWindow(t, browser(), stack(), 'mina', { role: 'mentor' })
  const { id } = await post(mina, '/v1/rooms', { name: '장독대', topic: '', seats: 5 })
  await post(mina, `/v1/rooms/${String(id)}/close`)
  await ada.page.goto('/admin/closings')

  await ada.page.getByRole('link', { name: /^장독대/ }).click()

  const { page } = ada
  await page.getByRole('heading', { level: 1, name: '장독대' }).waitFor()
  await page.getByText('Sealed', { exact: true }).waitFor()
  t.is(
    await page.getByRole('link', { name: 'Receipt', exact: true }).getAttribute('href'),
    `/rooms/${String(id)}/receipt`,
  )
  await page.getByText('Nobody has done anything by hand.').waitFor()
  t.deepEqual(ada.complaints, [])
})
