import test from 'ava'
import type { Page } from 'playwright-core'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'
import { browserOf, browserPath, loseAnswers, passwordOf, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { aliceAndBob, ask, openRoomFor, requireBodies, say, sendButton } from './room-windows.ts'

/** People in rooms, each in a window of their own before one of two servers. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { isForBrowsers: true })
const browser = browserOf(test)
/** How what is unread in rooms is asked for, by whatever page. */
const countOfRooms = /\/v1\/me\/rooms\?.*limit=100/

inBrowser('two people on two servers talk, and each sees what became of their words', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { server: 'server-1', role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { server: 'server-2', language: 'ko' })
  const room = await openRoomFor(alice, [bob], { name: '장독대' })
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)

  await say(alice.page, 'how is the soy sauce?')
  await bob.page.getByText('how is the soy sauce?').waitFor()
  await say(bob.page, '아주 잘 익었어요')
  await alice.page.getByText('아주 잘 익었어요').waitFor()
  await alice.page.locator('.message-own .message-mark[data-state=stored]').waitFor()

  for (const { page } of [alice, bob]) await requireBodies(t, page, ['how is the soy sauce?', '아주 잘 익었어요'])
  await eventually(async () => /^2\s/.test(await alice.page.locator('.room-head-people').innerText()))
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('what is written before the messages are there is shown at once, and then among them, once', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  const { page } = bob
  await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'is anybody here?' })
  const pages = Promise.withResolvers<void>()
  await page.route(/\/v1\/rooms\/[^/]+\/messages/, async (route) => {
    await pages.promise
    await route.continue()
  })
  await page.goto(`/rooms/${room}`)

  await say(page, 'I am')
  await page.locator('.message-own', { hasText: 'I am' }).locator('.message-mark[data-state]').waitFor()
  await requireBodies(t, page, ['I am'])
  await alice.page.goto(`/rooms/${room}`)
  await alice.page.getByText('I am').waitFor()
  pages.resolve()

  await page.getByText('is anybody here?').waitFor()
  await page.locator('.message-own .message-mark[data-state=stored]').waitFor()
  await requireBodies(t, page, ['is anybody here?', 'I am'])
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('a reply, a reaction, an edit and a deletion are seen by both, and count each person once', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await say(alice.page, 'helo')
  const heard = bob.page.locator('.message', { hasText: 'helo' })
  await heard.waitFor()

  await heard.hover()
  await heard.getByRole('button', { name: 'React' }).click()
  await bob.page.getByRole('button', { name: 'React with 👍' }).click()
  await alice.page.locator('.message-reaction', { hasText: '1' }).waitFor()
  await heard.hover()
  await heard.getByRole('button', { name: 'Reply' }).click()
  await say(bob.page, 'you mean hello')
  await alice.page
    .locator('.message', { hasText: 'you mean hello' })
    .locator('.message-quote', { hasText: 'helo' })
    .waitFor()

  await alice.page.locator('.message-own').focus()
  await alice.page.keyboard.press('e')
  await alice.page.locator('.room-composer-input').fill('hello')
  await alice.page.keyboard.press('Enter')
  await bob.page.locator('.message:not(.message-own) .message-body', { hasText: /^hello$/ }).waitFor()
  await bob.page.getByText('edited').first().waitFor()

  await alice.page.locator('.message-own').focus()
  await alice.page.keyboard.press('Delete')
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await bob.page.getByText('This message was deleted.').waitFor()

  await requireBodies(t, bob.page, ['you mean hello'])
  t.is(await bob.page.locator('.message-reaction').count(), 0)
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('who writes is seen writing', async (t) => {
  t.timeout(120_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  // Both are connected: of typing nothing is kept for who is not there yet.
  await say(alice.page, 'hello')
  await bob.page.getByText('hello').waitFor()
  await bob.page.locator('.room-composer-input').pressSequentially('so')
  await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor()

  await bob.page.keyboard.press('Enter')

  await alice.page.locator('.message-body', { hasText: 'so' }).waitFor()
  await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor({ state: 'detached' })
  t.is(await alice.page.locator('.room-typing').innerText(), '')

  // Within the two seconds for which it has just been told.
  await bob.page.keyboard.press('a')
  await alice.page.locator('.room-typing', { hasText: 'bob is typing' }).waitFor()
})

inBrowser('a mentor opens a room, fills it, closes it, and keeps papers that hold without any server', async (t) => {
  t.timeout(180_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { server: 'server-1', role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { server: 'server-2' })
  await alice.page.goto('/rooms')
  await bob.page.goto('/rooms')
  await alice.page.getByRole('button', { name: 'Open a room' }).click()
  await alice.page.getByLabel('Name').fill('Last evening')
  await alice.page.getByLabel('Seats').fill('3')
  await alice.page.getByRole('button', { name: 'Open', exact: true }).click()
  await alice.page.waitForURL(/\/rooms\/\d+$/)
  const room = alice.page.url().split('/').at(-1) ?? ''

  const card = bob.page.locator('.room-card', { hasText: 'Last evening' })
  await card.getByRole('button', { name: /Take a seat/ }).click()
  await bob.page.waitForURL(/\/rooms\/\d+$/)
  for (let turn = 1; turn <= 5; turn += 1) await say(bob.page, `word ${turn}`)
  await alice.page.getByText('word 5').waitFor()
  await alice.page.getByRole('button', { name: 'More about this room' }).click()
  await alice.page.getByRole('menuitem', { name: 'Close the room' }).click()
  await alice.page.getByRole('dialog').getByText('cannot be opened again').waitFor()
  await alice.page.getByRole('button', { name: 'Close for good' }).click()
  await bob.page.getByText('Nothing more can be said here.').first().waitFor()

  for (const { page } of [alice, bob]) {
    await page.goto(`/rooms/${room}/receipt`)
    await page.getByText('Sealed').waitFor()
    await page.getByText('5 messages by 1 person').waitFor()
  }
  await bob.page.getByRole('button', { name: 'Verify here' }).click()
  await bob.page.getByText('All of it holds: this is what the server signed.').waitFor()
  t.is(await bob.page.locator('.receipt-steps > [data-state=holds]').count(), 8)
  const folder = await mkdtemp(join(tmpdir(), 'madang-papers-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const papers: string[] = []
  for (const name of ['Receipt (JSON)', 'Transcript (NDJSON)', 'Keys (JSON)']) {
    papers.push(await downloaded(bob.page, name, folder))
  }
  const verified = await promisify(execFile)(process.execPath, ['src/commands/verify.ts', ...papers])

  t.regex(verified.stdout, /sealed: all that was acknowledged in this room stands in this transcript/)
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser(
  'what was said before a room was closed is new to who comes afterwards once, and not each time',
  async (t) => {
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const bob = await signedInWindow(t, browser(), stack(), 'bob')
    const room = await openRoomFor(alice, [bob], { name: 'Lantern' })
    await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'good night' })
    await ask(alice, 'POST', `/v1/rooms/${room}/close`)
    const { page, complaints } = bob
    const line = page.locator('[data-key=unread]')
    const unread = async (): Promise<number> => {
      const { me }: { me: { unread: number } } = await ask(bob, 'GET', `/v1/rooms/${room}`)
      return me.unread
    }
    t.is(await unread(), 1)

    await page.goto(`/rooms/${room}`)
    await page.getByText('good night').waitFor()
    await line.waitFor()
    await eventually(async () => (await unread()) === 0)

    await page.reload()
    await page.getByText('good night').waitFor()
    t.is(await line.count(), 0)
    t.deepEqual(complaints, [])
  },
)

inBrowser('a room that is opened while the list of rooms is on its way is in it', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const [listed, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await bob.page.route(
    (url) => url.pathname === '/v1/rooms',
    async (route) => {
      const older = await route.fetch()
      listed.resolve()
      await opened.promise
      await route.fulfill({ response: older })
    },
    { times: 1 },
  )
  const streaming = bob.page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream')
  await bob.page.goto('/rooms', { waitUntil: 'commit' })
  await listed.promise
  await openRoomFor(alice, [], { name: 'Opened meanwhile' })
  await streaming
  opened.resolve()

  await bob.page.locator('.room-card', { hasText: 'Opened meanwhile' }).waitFor()
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('a room that I leave or come into elsewhere moves in the list that I look at', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const left = await openRoomFor(alice, [bob], { name: 'The attic' })
  const joined = await openRoomFor(alice, [], { name: 'The cellar' })
  const { page, context, address } = bob
  const mine = page.locator('.rooms-section', { has: page.getByRole('heading', { name: 'My rooms' }) })
  await page.clock.install()
  // What is unread is counted, and what I have seats in is known by that.
  await Promise.all([page.waitForResponse(/\/v1\/me\/rooms\?.*limit=100/), page.goto('/rooms')])
  await mine.getByRole('link', { name: 'The attic' }).waitFor()

  const gone = await context.request.delete(`/v1/rooms/${left}/members/me`, { headers: { origin: address } })
  t.true(gone.ok())
  await ask(bob, 'PUT', `/v1/rooms/${joined}/members/me`)
  // When it is counted the next time.
  await page.clock.fastForward(31_000)

  await mine.getByRole('link', { name: 'The cellar' }).waitFor()
  await mine.getByRole('link', { name: 'The attic' }).waitFor({ state: 'detached' })
  t.pass()
})

inBrowser('a room by invitation goes from my rooms as soon as I have lost my seat elsewhere', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [bob], { name: 'The smokehouse' })
  const { page } = bob
  const card = page.locator('.room-card', { hasText: 'The smokehouse' })
  const streaming = page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/stream')
  // The next count of what is unread is half a minute away, and would tell it as well.
  await Promise.all([page.waitForResponse(countOfRooms), page.goto('/rooms')])
  await streaming
  await card.waitFor()
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited', name: 'The smokehouse, upstairs' })
  await card.getByText('By invitation').waitFor()
  await card.getByText('upstairs').waitFor()

  await ask(alice, 'DELETE', `/v1/rooms/${room}/members/bob`)

  await card.waitFor({ state: 'detached', timeout: 10_000 })
  t.deepEqual(bob.complaints, [])
})

inBrowser('the name of the page says how many rooms have something unread', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const erin = await signedInWindow(t, browser(), stack(), 'erin')
  const room = await openRoomFor(alice, [erin], { name: 'The loft' })
  await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'is anybody up there?' })

  await erin.page.goto('/settings/about')
  await erin.page.waitForFunction(() => document.title === '(1) Settings · Madang')
  await erin.page.goto(`/rooms/${room}`)
  await erin.page.getByText('is anybody up there?').waitFor()

  await erin.page.waitForFunction(() => document.title === 'The loft · Madang')
  t.deepEqual(erin.complaints, [])
})

inBrowser('what is unread is said though the question after it is not answered', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  // Of somebody who has nothing else: what others have read in a test before may not have been told when their window was closed.
  const frank = await signedInWindow(t, browser(), stack(), 'frank')
  const room = await openRoomFor(alice, [frank], { name: 'The loft' })
  await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'is anybody up there?' })
  const answer = Promise.withResolvers<void>()
  let questions = 0
  await frank.page.route(countOfRooms, async (route) => {
    questions += 1
    if (questions > 1) return route.abort()
    const response = await route.fetch()
    await answer.promise
    return route.fulfill({ response })
  })

  await frank.page.goto('/settings/about')
  // One as soon as the page lives, and one when its stream is open.
  await eventually(() => questions > 1)
  answer.resolve()

  await frank.page.waitForFunction(() => document.title === '(1) Settings · Madang')
  t.pass()
})

inBrowser('a count that was asked for before a room was read does not make it unread again', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page, ...grace } = await signedInWindow(t, browser(), stack(), 'grace')
  const read = await openRoomFor(alice, [{ page, ...grace }], { name: 'The stairs' })
  const unread = await openRoomFor(alice, [{ page, ...grace }], { name: 'The hall' })
  for (const room of [read, unread]) {
    await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'good morning' })
  }
  const answer = Promise.withResolvers<void>()
  let held = 0
  await page.route(countOfRooms, async (route) => {
    const response = await route.fetch()
    held += 1
    await answer.promise
    return route.fulfill({ response })
  })
  await page.goto('/rooms')
  await eventually(() => held > 1)

  await page.locator(`.room-card-link[href="/rooms/${read}"]`).click()
  await page.getByText('good morning').waitFor()
  await page.locator('.navigation-place[href="/settings"]').click()
  await page.waitForFunction(() => document.title === 'Settings · Madang')
  answer.resolve()

  await page.waitForFunction(() => /^\(\d+\) Settings · Madang$/.test(document.title))
  t.is(await page.title(), '(1) Settings · Madang')
})

inBrowser('a count that was asked for by somebody who signed out is not shown to who comes next', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  await signedInWindow(t, browser(), stack(), 'ivan')
  const { page, ...heidi } = await signedInWindow(t, browser(), stack(), 'heidi')
  const room = await openRoomFor(alice, [{ page, ...heidi }], { name: 'The shed' })
  await ask(alice, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body: 'where is the rake?' })
  const answer = Promise.withResolvers<void>()
  let held = 0
  let isNext = false
  await page.route(countOfRooms, async (route) => {
    if (isNext) return route.abort()
    const response = await route.fetch()
    held += 1
    await answer.promise
    return route.fulfill({ response })
  })
  await page.goto('/settings/about')
  await eventually(() => held > 0)

  isNext = true
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.locator('input[name=username]').fill('ivan')
  await page.locator('input[name=password]').fill(passwordOf('ivan'))
  await page.locator('button[type=submit]').click()
  await page.locator('.navigation-place[href="/settings"]').click()
  await page.waitForFunction(() => document.title.endsWith('Settings · Madang'))
  const came = page.waitForEvent('requestfinished', (request) => countOfRooms.test(request.url()))
  answer.resolve()
  await came
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

  t.is(await page.title(), 'Settings · Madang')
})

inBrowser('the list of rooms says who comes and goes, without being read again', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [], { name: 'By the well' })
  let reads = 0
  bob.page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/v1/rooms') reads += 1
  })
  await bob.page.goto('/rooms')
  const people = bob.page.locator('.room-card', { hasText: 'By the well' }).locator('.room-people')
  await people.getByText('Nobody here right now').waitFor()
  // Once by the page, and once more when its stream is open.
  await eventually(() => reads === 2)

  await alice.page.goto(`/rooms/${room}`)
  await people.getByText('1 person here').waitFor()
  await alice.page.goto('/settings/about')
  await people.getByText('Nobody here right now').waitFor()

  t.is(reads, 2)
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('a room by invitation comes and goes in the list of who is asked in, without a reload', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [], { name: 'Under the roof' })
  const invitations = `/v1/rooms/${room}/invitations`
  const invite = () => ask(alice, 'POST', invitations, { username: 'bob' })
  let loads = 0
  await bob.page.goto('/rooms')
  const card = bob.page.locator('.room-card', { hasText: 'Under the roof' })
  await card.waitFor()
  bob.page.on('load', () => (loads += 1))

  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
  await card.waitFor({ state: 'detached' })
  await invite()
  await card.getByText('By invitation').waitFor()
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { name: 'Under the roof, upstairs' })
  await card.getByText('upstairs').waitFor()
  await ask(alice, 'DELETE', `${invitations}/bob`)
  await card.waitFor({ state: 'detached' })
  await invite()
  await card.waitFor()
  await ask(alice, 'POST', `/v1/rooms/${room}/close`)
  await card.waitFor({ state: 'detached' })

  t.is(loads, 0)
  t.deepEqual(bob.complaints, [])
})

inBrowser('a mentor invites, bans and lifts the ban; who is meant hears of it at once', async (t) => {
  t.timeout(180_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  const room = await openRoomFor(alice, [], { name: 'Behind the house' })
  await ask(alice, 'PATCH', `/v1/rooms/${room}`, { entry: 'invited' })
  await bob.page.goto('/notifications')
  await bob.page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await alice.page.goto(`/rooms/${room}`)
  const choose = async (item: string): Promise<void> => {
    await alice.page.getByRole('button', { name: 'More about this room' }).click()
    await alice.page.getByRole('menuitem', { name: item }).click()
  }

  await choose('Invitations')
  const invitations = alice.page.getByRole('dialog', { name: 'Invitations' })
  await invitations.getByText('Nobody is invited yet').waitFor()
  await invitations.getByLabel('Username').fill('nobody_of_this_name')
  await invitations.getByRole('button', { name: 'Invite' }).click()
  await invitations.getByText('Nobody has this username.').waitFor()
  await invitations.getByLabel('Username').fill('@Bob')
  await invitations.getByRole('button', { name: 'Invite' }).click()
  await invitations.getByRole('listitem').getByText('@bob').waitFor()
  await alice.page.keyboard.press('Escape')
  await bob.page.getByRole('link', { name: /alice invited you to Behind the house/ }).click()
  const outside = bob.page.locator('.room:not([data-panel]):not(:has(.room-head-people, .room-panel))')
  await outside.getByRole('button', { name: 'Take a seat' }).click()
  await say(bob.page, 'thank you')
  await alice.page.getByText('thank you').waitFor()
  await alice.page.locator('.room-head-people', { hasText: /^2/ }).waitFor()

  await alice.page.getByRole('button', { name: /about bob/i }).click()
  await alice.page.getByRole('menuitem', { name: 'Ban' }).click()
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Ban', exact: true }).click()
  await outside.getByText('You are banned from this room.').first().waitFor()
  await choose('Who is banned')
  const bans = alice.page.getByRole('dialog', { name: 'Who is banned' })
  await bans.getByRole('button', { name: 'Lift the ban: bob' }).click()
  await bans.getByText('Nobody is banned').waitFor()
  await bob.page.goto(`/rooms/${room}`)
  await bob.page.getByRole('button', { name: 'Take a seat' }).click()
  await bob.page.getByText('thank you').waitFor()
  await bob.page.locator('.room-composer-input').waitFor()
  t.pass()
})

inBrowser(
  'what others changed in the settings of a room meanwhile is not changed back by who saves theirs',
  async (t) => {
    t.timeout(120_000)
    const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
    const room = await openRoomFor(alice, [], { name: 'Porch' })
    await alice.page.goto(`/rooms/${room}`)
    await alice.page.getByRole('button', { name: 'More about this room' }).click()
    await alice.page.getByRole('menuitem', { name: 'Room settings' }).click()
    const settings = alice.page.getByRole('dialog', { name: 'Room settings' })
    await settings.getByLabel('Topic').fill('What ripens late')
    await ask(alice, 'PATCH', `/v1/rooms/${room}`, { name: 'Back porch', speak: 'mentors', entry: 'invited' })

    await settings.getByRole('button', { name: 'Save' }).click()
    await settings.waitFor({ state: 'detached' })

    const held: object = await ask(alice, 'GET', `/v1/rooms/${room}`)
    t.like(held, { name: 'Back porch', topic: 'What ripens late', speak: 'mentors', entry: 'invited' })
  },
)

inBrowser('the settings of a room are as they were saved last, whatever answer was lost', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const { page } = alice
  const room = await openRoomFor(alice, [], { name: 'Porch' })
  const settings = page.getByRole('dialog', { name: 'Room settings' })
  const name = settings.getByLabel('Name')
  async function open(): Promise<void> {
    await page.getByRole('button', { name: 'More about this room' }).click()
    await page.getByRole('menuitem', { name: 'Room settings' }).click()
    await name.waitFor()
  }
  async function save(saved: string): Promise<void> {
    await name.fill(saved)
    await settings.getByRole('button', { name: 'Save' }).click()
  }
  await page.goto(`/rooms/${room}`)
  await open()
  const stop = await loseAnswers(page, `**/v1/rooms/${room}`, 'PATCH')
  await save('Regretted')
  await settings.getByText('Madang cannot be reached').waitFor()
  await stop()

  // Its own change has the room read again, which is answered late, and then not at all.
  const late = Promise.withResolvers<void>()
  let questions = 0
  await page.route(`**/v1/rooms/${room}`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue()
    questions += 1
    if (questions > 1) return
    const response = await route.fetch()
    await late.promise
    await route.fulfill({ response })
  })
  await save('Porch')
  await settings.waitFor({ state: 'detached' })
  const held: object = await ask(alice, 'GET', `/v1/rooms/${room}`)
  t.like(held, { name: 'Porch' })
  await eventually(() => questions > 0)
  await open()
  await save('Back porch')
  await settings.waitFor({ state: 'detached' })
  await open()
  t.is(await name.inputValue(), 'Back porch')
  await page.keyboard.press('Escape')

  const answered = page.waitForResponse(
    (response) => response.url().endsWith(`/v1/rooms/${room}`) && response.request().method() === 'GET',
  )
  late.resolve()
  await (await answered).finished()
  await open()
  t.is(await name.inputValue(), 'Back porch')
})

inBrowser('on a phone Enter makes a line and the button sends; nothing is wider than the screen', async (t) => {
  t.timeout(120_000)
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor', width: 360, language: 'ko' })
  const room = await openRoomFor(alice, [], { name: '이름이 아주 아주 길어서 한 줄에 다 들어가지 않는 방' })
  await alice.page.goto(`/rooms/${room}`)
  const field = alice.page.locator('.room-composer-input')

  await field.fill('한 줄')
  await field.press('Enter')
  await alice.page.keyboard.type('두 줄')
  t.is(await field.inputValue(), '한 줄\n두 줄')
  await sendButton(alice.page).click()
  await alice.page.locator('.message-body', { hasText: '두 줄' }).waitFor()
  const address = `https://madang.example/${'long'.repeat(60)}`
  await field.fill(address)
  const { right } = await sendButton(alice.page).evaluate((button) => button.getBoundingClientRect().toJSON())
  t.true(right <= 360, `the button ends at ${right}`)
  await say(alice.page, address)
  await alice.page.locator('.message-body a').waitFor()

  t.true(await alice.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  await alice.page.getByRole('button', { name: /함께 있는 사람/ }).click()
  await alice.page.getByRole('dialog').getByText('@alice').waitFor()
  t.deepEqual(alice.complaints, [])
})

inBrowser('a picture that was sent before it was ready appears by itself, at both', async (t) => {
  t.timeout(180_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  for (const { page } of [alice, bob]) await page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-composer-input').waitFor()

  const file = { name: 'yard.png', mimeType: 'image/png', buffer: await bob.page.screenshot() }
  await alice.page.locator('.room-composer input[type=file]').setInputFiles(file)
  await alice.page.locator('.room-composer-row button[type=submit]:enabled').click()

  for (const { page } of [alice, bob]) await page.locator('.message img.picture-file').waitFor({ timeout: 60_000 })
  t.deepEqual([...alice.complaints, ...bob.complaints], [])
})

inBrowser('who comes back after more than a page opens the room where they stopped reading', async (t) => {
  t.timeout(180_000)
  const { alice, bob, room } = await aliceAndBob(t, browser(), stack())
  await bob.page.goto(`/rooms/${room}`)
  await say(bob.page, 'I must go')
  await bob.page.locator('.message-own .message-mark[data-state=stored]').waitFor()
  await bob.page.goto('/rooms')
  for (let turn = 1; turn <= 80; turn += 1) {
    const sent = await alice.context.request.post(`/v1/rooms/${room}/messages`, {
      data: { id: uuidv7(), body: `word ${turn}` },
      headers: { origin: alice.address },
    })
    t.true(sent.ok())
  }

  await bob.page.goto(`/rooms/${room}`)
  await bob.page.locator('.room-unread').waitFor()

  t.is(await bob.page.locator('.room-unread ~ .message').first().locator('.message-body').innerText(), 'word 1')
  await bob.page.locator('.message-body', { hasText: /^word 1$/ }).waitFor()

  // It stands where it stood, whatever is said meanwhile, also by the reader.
  for (const [window, body] of [
    [alice, 'one more'],
    [bob, 'I am back'],
  ] as const) {
    await ask(window, 'POST', `/v1/rooms/${room}/messages`, { id: uuidv7(), body })
    await bob.page.locator('.message-body', { hasText: body }).waitFor({ state: 'attached' })
  }
  t.is(await bob.page.locator('.room-unread ~ .message').first().locator('.message-body').innerText(), 'word 1')
  t.deepEqual(bob.complaints, [])
})

async function downloaded(page: Page, name: string, folder: string): Promise<string> {
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name }).click()
  const download = await coming
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}
