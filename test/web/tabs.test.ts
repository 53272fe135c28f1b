import type { ExecutionContext } from 'ava'
import test from 'ava'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import type { Live } from '../../web/src/api/live-client.ts'
import { browserOf, browserPath } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import type * as library from './library.ts'
import { enter, roomFor } from './guests.ts'
import type { Guest } from './guests.ts'

/** What only a browser has: cookies, IndexedDB, Web Locks among tabs, its own cryptography. */

declare global {
  interface Window {
    library: typeof library
    client: library.Client
    live: Live
    heard: string[]
  }
}

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1, POSTS_PER_HOUR: 100_000 })
const browser = browserOf(test)
let bundle = ''
let people = 0

test.serial.before('the library is bundled', async () => {
  const built = await build({
    ...{ configFile: false, logLevel: 'silent', root: import.meta.dirname },
    build: {
      ...{ write: false, target: 'es2023', minify: false },
      lib: { entry: join(import.meta.dirname, 'library.ts'), formats: ['es'] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const outputs = Array.isArray(built) ? built : [built]
  const [chunk] = outputs.flatMap((one) => ('output' in one ? one.output : []))
  if (chunk?.type !== 'chunk') throw new Error('there is no bundle')
  bundle = chunk.code
})

/** A browser profile of its own, in which somebody has signed up. */
async function profile(t: ExecutionContext): Promise<{ context: BrowserContext; username: string }> {
  const context = await browser().newContext({ bypassCSP: true })
  t.teardown(() => context.close())
  await context.route('**/library.js', (route) => route.fulfill({ contentType: 'text/javascript', body: bundle }))
  people += 1
  const username = `alice_in_${people}`
  const page = await tab(context)
  await page.evaluate(
    (name) => window.client.accounts.signUp({ username: name, password: 'a courtyard full of people' }),
    username,
  )
  await page.close()
  return { context, username }
}

/** A tab with the library in it, on a page that does nothing by itself. */
async function tab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${stack().address}/livez`)
  await load(page)
  return page
}

async function load(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const path = '/library.js'
    window.library = await import(/* @vite-ignore */ path)
    window.client = window.library.createClient({ origin: '' })
    window.heard = []
  })
}

/** Socket, outbox and stream of who is signed in. */
async function open(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const account = await window.client.accounts.me()
    const storage = await window.library.browserStorage()
    window.live = window.library.openLive({ client: window.client, account, storage })
    window.live.stream.on('post.created', ({ post }) => void window.heard.push(post.text))
  })
}

const isRefresh = (url: string): boolean => url.endsWith('/v1/sessions/refresh')
const post = (guest: Guest, text: string) => guest.client.timeline.create({ text, pictures: [] }, crypto.randomUUID())

inBrowser(
  'two tabs whose session expired at the same moment take turns to exchange the refresh token, and both go on',
  async (t) => {
    const { context } = await profile(t)
    const [first, second] = [await tab(context), await tab(context)]
    const refreshes: number[] = []
    let atOnce = 0
    context.on('request', (request) => {
      if (isRefresh(request.url())) t.is((atOnce += 1), 1)
    })
    context.on('response', (answer) => {
      if (!isRefresh(answer.url())) return
      atOnce -= 1
      refreshes.push(answer.status())
    })
    await first.evaluate(() => {
      const expired = { keptAt: Date.now() - 600_000, expiresAt: Date.now() - 1000 }
      localStorage.setItem('madang-session', JSON.stringify(expired))
    })

    const me = (page: Page) =>
      page.evaluate(async () => {
        const both = await Promise.all([window.client.accounts.me(), window.client.accounts.sessions()])
        return both[0].username
      })
    const [one, other] = await Promise.all([me(first), me(second)])

    t.is(one, other)
    // A tab that has not heard yet of the first exchange makes another, with the new token.
    t.true(refreshes.length === 1 || refreshes.length === 2, String(refreshes))
    t.true(refreshes.every((status) => status === 200))
  },
)

inBrowser('where nobody is signed in, no server is asked who is', async (t) => {
  const { context } = await profile(t)
  const page = await tab(context)
  await page.evaluate(() => window.client.accounts.signOut())
  const asked: string[] = []
  context.on('request', (request) => void asked.push(request.url()))

  const nobody = await page.evaluate(() => window.client.accounts.whoAmI())

  t.is(nobody, null)
  t.deepEqual(asked, [])
})

inBrowser('what was written down before a tab died is sent when the page comes back, once', async (t) => {
  const { context } = await profile(t)
  const page = await tab(context)
  const room = await roomFor(stack())
  await page.evaluate((id) => window.client.rooms.join(id), room)
  await open(page)
  await page.evaluate((id) => window.live.outbox.add({ room: id, body: 'before the reload' }), room)
  const id = await page.evaluate(async (inRoom) => {
    const { id: account } = await window.client.accounts.me()
    const message = { room: inRoom, id: window.library.uuidv7(), body: 'never sent', state: 'sending' as const }
    await (await window.library.browserStorage()).put({ ...message, account, turn: 2, writtenAt: Date.now() })
    return message.id
  }, room)

  await page.reload()
  await load(page)
  await open(page)
  await eventually(() => page.evaluate(async (inRoom) => (await window.live.outbox.of(inRoom)).length === 0, room))

  const { items } = await page.evaluate((inRoom) => window.client.rooms.messages(inRoom), room)
  const said = items.filter(({ kind }) => kind === 'text')
  t.deepEqual(
    said.map(({ content }) => content?.['body']),
    ['before the reload', 'never sent'],
  )
  t.is(said[1]?.id, id)
})

inBrowser('tabs share one stream, and one goes on when the other is closed', async (t) => {
  const { context } = await profile(t)
  const bob = await enter(stack(), 'bob')
  const streams: string[] = []
  context.on('request', (request) => {
    if (request.url().includes('/v1/stream')) streams.push(request.url())
  })
  const [first, second] = [await tab(context), await tab(context)]
  await open(first)
  await eventually(() => first.evaluate(() => window.live.stream.connection.state === 'open'))
  await open(second)
  await eventually(() => second.evaluate(() => window.live.stream.connection.state === 'open'))

  await post(bob, 'to both')
  await eventually(() => second.evaluate(() => window.heard.length === 1))
  t.is(streams.length, 1)
  await first.close()
  await post(bob, 'to one')
  await eventually(() => second.evaluate(() => window.heard.length === 2))

  t.deepEqual(await second.evaluate(() => window.heard), ['to both', 'to one'])
  t.is(streams.length, 2)
})

inBrowser(
  'a tab that does nothing any more leads no more: the one that is looked at has the stream and sends',
  async (t) => {
    t.timeout(240_000)
    const { context } = await profile(t)
    const woken = Promise.withResolvers<void>()
    await context.route('**/when-woken', async (route) => {
      await woken.promise
      await route.fulfill({ body: '' })
    })
    const bob = await enter(stack(), 'bob')
    const room = await roomFor(stack())
    const [first, second] = [await tab(context), await tab(context)]
    await first.evaluate((id) => window.client.rooms.join(id), room)
    await open(first)
    await eventually(() => first.evaluate(() => window.live.stream.connection.state === 'open'))
    await open(second)
    await post(bob, 'to both')
    await eventually(() => second.evaluate(() => window.heard.length === 1))

    const streams: string[] = []
    context.on('request', (request) => {
      if (request.url().includes('/v1/stream')) streams.push(request.url())
    })
    // As one that was frozen: it keeps its lock, and neither hears nor does anything until this is answered.
    const asleep = first.evaluate(() => {
      const answer = new XMLHttpRequest()
      answer.open('GET', '/when-woken', false)
      answer.send()
    })
    await post(bob, 'to who is awake')
    await second.evaluate((id) => window.live.outbox.add({ room: id, body: 'by who is awake' }), room)
    await eventually(() => second.evaluate(() => window.heard.length === 2))
    await eventually(() => second.evaluate(async (id) => (await window.live.outbox.of(id)).length === 0, room))
    t.is(streams.length, 1)

    woken.resolve()
    await asleep
    await eventually(() => first.evaluate(() => window.heard.length === 2))
    await post(bob, 'to both again')
    for (const page of [first, second]) await eventually(() => page.evaluate(() => window.heard.length === 3))
    const heard = await Promise.all([first, second].map((page) => page.evaluate(() => window.heard)))
    t.deepEqual(heard[0], ['to both', 'to who is awake', 'to both again'])
    t.deepEqual(heard[1], heard[0])
    const { items } = await second.evaluate((id) => window.client.rooms.messages(id), room)
    t.is(items.filter(({ kind }) => kind === 'text').length, 1)
  },
)

inBrowser('a database that the browser has closed is opened again', async (t) => {
  const { context } = await profile(t)
  const page = await tab(context)
  const room = await roomFor(stack())
  await page.evaluate((id) => window.client.rooms.join(id), room)
  await open(page)
  await page.evaluate((id) => window.live.outbox.add({ room: id, body: 'before' }), room)
  await eventually(() => page.evaluate(async (id) => (await window.live.outbox.of(id)).length === 0, room))

  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: stack().address, storageTypes: 'indexeddb' })
  await page.evaluate((id) => window.live.outbox.add({ room: id, body: 'after' }), room)
  await eventually(() => page.evaluate(async (id) => (await window.live.outbox.of(id)).length === 0, room))
  // As another tab does that has the next version of the client.
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('madang')
        deleting.addEventListener('success', resolve)
        deleting.addEventListener('error', reject)
      }),
  )
  await page.evaluate((id) => window.live.outbox.add({ room: id, body: 'and after' }), room)
  await eventually(() => page.evaluate(async (id) => (await window.live.outbox.of(id)).length === 0, room))

  const { items } = await page.evaluate((id) => window.client.rooms.messages(id), room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
    ['before', 'after', 'and after'],
  )
})

inBrowser('where a database does not answer, memory is used', async (t) => {
  const { context } = await profile(t)
  const [holder, page] = [await tab(context), await tab(context)]
  // An upgrade that never ends lets nobody in.
  await holder.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('madang', 2)
        opening.addEventListener('upgradeneeded', () => {
          const store = opening.result.createObjectStore('held')
          const goOn = (): void => store.get('nothing').addEventListener('success', goOn)
          goOn()
          resolve()
        })
      }),
  )

  const isShared = await page.evaluate(async () => (await window.library.browserStorage()).isShared)

  t.false(isShared)
  await holder.close()
})

inBrowser('a tab whose cookie has become somebody else’s speaks no more', async (t) => {
  const { context } = await profile(t)
  const bob = await enter(stack(), 'bob')
  const [first, second] = [await tab(context), await tab(context)]
  await open(first)
  await eventually(() => first.evaluate(() => window.live.socket.connection.state === 'open'))

  await second.evaluate(
    (username) => window.client.accounts.signIn({ username, password: 'a courtyard full of people' }),
    bob.account.username,
  )
  await first.evaluate(async () => {
    const { client, library: own } = window
    const { id } = await client.accounts.me()
    window.live.close()
    const storage = await own.browserStorage()
    window.live = own.openLive({ client, account: { id: `not ${id}`, username: 'alice' }, storage })
  })
  await eventually(() =>
    first.evaluate(
      () => window.live.socket.connection.state === 'refused' && window.live.stream.connection.state === 'refused',
    ),
  )

  t.is(await first.evaluate(() => window.live.socket.connection.why), 'signed_out')
})

inBrowser('a receipt is verified by the browser’s own cryptography', async (t) => {
  const { context, username } = await profile(t)
  await stack().world.sql('accounts').where({ username }).update({ role: 'mentor' })
  const page = await tab(context)
  const room = await page.evaluate(async () => {
    const { id } = await window.client.rooms.open({ name: 'The well', seats: 5 }, crypto.randomUUID())
    await window.client.rooms.send(id, { id: window.library.uuidv7(), body: '안녕하세요 😀' })
    await window.client.rooms.close(id)
    return id
  })
  await eventually(() => page.evaluate(async (id) => (await window.client.rooms.closing(id)).state === 'sealed', room))

  const verdict = await page.evaluate(async (id) => {
    const { rooms } = window.client
    const transcript = new Uint8Array(await (await rooms.transcript(id)).arrayBuffer())
    return window.library.verifyReceipt({
      signed: await rooms.receipt(id),
      keys: await rooms.receiptKeys(),
      transcript,
    })
  }, room)

  t.is(verdict.type, 'holds')
  t.is(verdict.receipt?.messages, 1)
  t.is(verdict.checks.length, 8)
})

inBrowser('a picture is uploaded with progress, and can be given up', async (t) => {
  const { context } = await profile(t)
  const page = await tab(context)

  const { picture, progress } = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30)
    canvas.getContext('2d')?.fillRect(0, 0, 20, 20)
    const parts: number[] = []
    const idempotencyKey = crypto.randomUUID()
    const file = await canvas.convertToBlob({ type: 'image/png' })
    const uploading = { idempotencyKey, onProgress: (part: number) => void parts.push(part) }
    const first = await window.client.media.upload(file, uploading)
    const again = await window.client.media.upload(file, { idempotencyKey })
    return { picture: [first, again], progress: parts }
  })
  const reason = await page.evaluate(async () => {
    const signal = AbortSignal.abort('not wanted')
    const file = new Blob(['nothing'])
    return window.client.media.upload(file, { idempotencyKey: 'x', signal }).then(String, String)
  })

  t.like(picture[0], { width: 40, height: 30 })
  t.is(picture[0]?.id, picture[1]?.id)
  t.is(progress.at(-1), 1)
  t.is(reason, 'not wanted')
})
