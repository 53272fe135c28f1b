import type { Page } from 'playwright-core'
import type { Closing, RoomAndMe } from '../src/api/types.ts'
import { unavailable } from './unavailable.ts'
import type { View } from './view.ts'

/** What the browser says of every request that goes nowhere. */
const cut = /ERR_INTERNET_DISCONNECTED/

/** Pages as they are when something fails, is missing or has not ended: nobody comes to them by an address. */
export const troubledViews: readonly View[] = [
  {
    name: 'sign-in-refused',
    path: () => '/sign-in',
    opens: [
      async (page) => {
        await page.locator('input[name=username]').fill('bob')
        await page.locator('input[name=password]').fill('not the password of bob')
        await page.locator('button[type=submit]').click()
      },
    ],
    isAnswer: true,
    shows: 'form .error-line',
    says: /401 .*\/v1\/sessions\b/,
  },
  {
    name: 'sign-up-faults',
    path: () => '/sign-up',
    opens: ['button[type=submit]'],
    shows: '.field[data-invalid]',
  },
  {
    name: 'timeline-refused',
    who: 'bob',
    path: () => '/',
    before: (page) => page.route(/\/v1\/timeline\?/, (route) => route.fulfill(unavailable)),
    shows: '.timeline .state[role=alert]',
    says: /503 .*\/v1\/timeline\b/,
  },
  {
    name: 'room-refused',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) => page.route(/\/v1\/rooms\/\d+$/, (route) => route.fulfill(unavailable)),
    shows: '.room-instead .state[role=alert]',
    says: /503 .*\/v1\/rooms\/\d+\b/,
  },
  {
    name: 'post-refused',
    who: 'carol',
    path: () => '/',
    before: (page) => page.route(/\/v1\/posts$/, (route) => route.fulfill(unavailable)),
    opens: [(page) => page.locator('.composer textarea').fill('오늘은 마루에 앉아 책을 읽었어요.'), '.composer-post'],
    isAnswer: true,
    shows: '.composer-fault',
    says: /503 .*\/v1\/posts\b/,
  },
  {
    name: 'like-refused',
    who: 'bob',
    path: () => '/',
    before: (page) => page.route(/\/v1\/posts\/\d+\/like$/, (route) => route.fulfill(unavailable)),
    // Pointed at, the notice stays.
    opens: ['.post-like [aria-pressed]', (page) => page.locator('.toast').hover()],
    isAnswer: true,
    shows: '.toast-danger',
    says: /503 .*\/like\b/,
  },
  {
    name: 'offline',
    who: 'bob',
    path: () => '/',
    opens: [whenThere('.post[data-post]'), cutOff],
    shows: '.connection-line-words',
    says: cut,
  },
  {
    name: 'room-offline',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    opens: [
      whenThere('.message-main'),
      cutOff,
      (page) => page.locator('.room-composer-input').fill('다시 이어지면 보내 주세요.'),
      (page) => page.locator('.room-composer button[type=submit]').click(),
    ],
    shows: '.connection-line-words',
    says: cut,
  },
  {
    name: 'room-closing',
    who: 'alice',
    path: ({ room }) => `/rooms/${room}`,
    before: whileClosing,
    shows: '.closing-steps',
  },
  {
    name: 'room-without-word',
    who: 'bob',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) => withRules(page, { speak: 'mentors' }),
    opens: [whenThere('.message-main'), (page) => page.locator('.message-own').last().focus()],
    shows: '.room-composer-silent',
  },
  {
    name: 'room-slow',
    who: 'bob',
    path: ({ room }) => `/rooms/${room}`,
    before: (page) => withRules(page, { slowModeSeconds: 30 }),
    opens: [whenThere('.message-main')],
    shows: '.room-composer-notes span',
  },
  {
    name: 'room-full',
    who: 'bob',
    path: ({ strangeRoom }) => `/rooms/${strangeRoom}`,
    before: (page) => withRules(page, { seats: 4, seatsTaken: 4 }),
    shows: '.room-instead .button-main:disabled',
  },
]

function whenThere(selector: string): (page: Page) => Promise<void> {
  return (page) => page.locator(selector).first().waitFor()
}

function cutOff(page: Page): Promise<void> {
  return page.context().setOffline(true)
}

/** As if the mentor had changed the room. */
async function withRules(page: Page, rules: Partial<RoomAndMe>): Promise<void> {
  await page.route(/\/v1\/rooms\/\d+$/, async (route) => {
    const response = await route.fetch()
    const room: RoomAndMe = await response.json()
    await route.fulfill({ response, json: { ...room, ...rules } satisfies RoomAndMe })
  })
}

/** As if the room were being closed, and never got done: a closing is over before anybody has looked at it. */
async function whileClosing(page: Page): Promise<void> {
  await withRules(page, { state: 'closing' })
  await page.route(/\/v1\/rooms\/\d+\/closing$/, (route) => {
    const [, room = ''] = /rooms\/(\d+)/.exec(route.request().url()) ?? []
    const progress = { stored: 4, lastSeq: 9, parked: 1, attempts: 2, requestedAt: new Date().toISOString() }
    return route.fulfill({ json: { room, state: 'draining', ...progress } satisfies Partial<Closing> })
  })
}
