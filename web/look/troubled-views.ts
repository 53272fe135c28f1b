import { randomUUIDv7 } from 'node:crypto'
import type { Page } from 'playwright-core'
import type { KeptOutgoing } from '../src/api/outbox-storage.ts'
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
    name: 'rooms-refused-messages',
    who: 'alice',
    path: () => '/rooms',
    before: keepRefused,
    shows: '.refused-message',
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

/** As if messages had been refused on an earlier day: they are kept in the browser from the moment on in which there is such a database. What reads them comes after the lists. */
async function keepRefused(page: Page): Promise<void> {
  const { id: account }: { id: string } = await (await page.request.get('/v1/me')).json()
  const { items }: { items: { id: string }[] } = await (await page.request.get('/v1/me/rooms')).json()
  const bodies = ['내일 아침에 시장에 같이 가요.', '우산을 두고 왔어요. 현관에 있을 거예요.']
  const messages = bodies.map((body, turn) => ({
    ...{ id: randomUUIDv7(), account, room: items[0]?.id ?? '', turn, body, writtenAt: Date.now() },
    ...({ state: 'failed', problem: { code: 'room_closed' } } satisfies Partial<KeptOutgoing>),
  })) satisfies KeptOutgoing[]
  await page.addInitScript((kept) => {
    const opening = indexedDB.open('madang', 1)
    opening.onupgradeneeded = () => {
      const outbox = opening.result.createObjectStore('outbox', { keyPath: 'id' })
      outbox.createIndex('account', ['account', 'id'])
      outbox.createIndex('writtenAt', 'writtenAt')
      for (const message of kept) outbox.put(message)
    }
    opening.onsuccess = () => opening.result.close()
  }, messages)
  const lists = [/\/v1\/rooms\?/, /\/v1\/me\/rooms\b/].map((list) => page.waitForResponse(list))
  await page.route(/\/outbox-idb\b.*\.js$/, async (route) => {
    await Promise.all(lists)
    await route.continue()
  })
}

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
