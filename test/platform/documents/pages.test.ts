import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { Page } from 'playwright-core'
import type { OpenApiDocument } from '../../../src/platform/http/openapi/document.ts'
import { openHouse } from '../../chat/house.ts'
import type { House } from '../../chat/house.ts'
import { browserOf, browserPath } from '../../support/browser.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test)
let house: House

test.serial.before('a server of all that there is', async () => {
  house = await openHouse(world())
})

for (const path of ['/docs', '/docs/live']) {
  test(`${path} runs nothing that stands in it, and all that it needs is served here`, async (t) => {
    const answer = await fetch(`${house.origin}${path}`)
    const page = await answer.text()
    const needed = [...page.matchAll(/(?:src|href)="(\/(?:docs|openapi|asyncapi)[^"?]*)[^"]*"/g)].map(
      (match) => match[1]!,
    )

    t.is(answer.status, 200)
    t.is(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    t.is(Buffer.byteLength(page), Number(answer.headers.get('content-length')))
    t.regex(answer.headers.get('content-security-policy') ?? '', /script-src 'self'; style-src 'self';/)
    t.notRegex(answer.headers.get('content-security-policy') ?? '', /unsafe|http/)
    t.notRegex(page, /<script>|<style|style=|<[^>]*\son\w+=|<[^>]+(?:src|href)="(?:https?:)?\/\//)
    t.true(needed.length >= 4)
    for (const file of new Set([path, ...needed])) {
      const first = await fetch(`${house.origin}${file}`)
      t.is(first.status, 200, file)
      t.is(first.headers.get('x-content-type-options'), 'nosniff', file)
      t.true((await first.arrayBuffer()).byteLength > 0, file)
      const again = await fetch(`${house.origin}${file}`, {
        headers: { 'if-none-match': first.headers.get('etag') ?? '' },
      })
      t.is(again.status, 304, file)
    }
  })
}

test('no other file is served beside the pages', async (t) => {
  for (const path of ['/docs/package.json', '/docs/..%2findex.html', '/docs/constructor', '/docs/live.html']) {
    t.is((await fetch(`${house.origin}${path}`)).status, 404, path)
  }
})

test('the page of the socket and the stream names each message, close code and code', async (t) => {
  const page = await (await fetch(`${house.origin}/docs/live`)).text()
  const document = (await (await fetch(`${house.origin}/asyncapi.json`)).json()) as {
    components: { messages: object; schemas: object }
    channels: { socket: { 'x-close-codes': { code: number }[] } }
  }
  const { messages, schemas } = document.components

  t.true(Object.keys(messages).length > 35)
  for (const key of Object.keys(messages)) t.true(page.includes(`<article id="${key}">`), key)
  for (const name of Object.keys(schemas)) t.true(page.includes(`<article id="schema-${name}">`), name)
  for (const { code } of document.channels.socket['x-close-codes']) t.true(page.includes(`<td>${code}</td>`))
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!)
  const wanted = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]!)
  t.is(new Set(ids).size, ids.length)
  t.deepEqual(
    wanted.filter((id) => !ids.includes(id)),
    [],
  )
})

const inBrowser = browserPath === undefined ? test.skip : test.serial
const browser = browserPath === undefined ? undefined : browserOf(test)

async function open(path: string, looks: { colorScheme: 'light' | 'dark'; width: number }) {
  const context = await browser!().newContext({
    colorScheme: looks.colorScheme,
    viewport: { width: looks.width, height: 900 },
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void complaints.push(`says ${message.text?.()}`))
  page.on('pageerror', (error) => void complaints.push(String(error)))
  page.on('requestfailed', (request) => void complaints.push(`lacks ${request.url?.()}`))
  await page.goto(`${house.origin}${path}`)
  return { page, complaints, close: () => context.close() }
}

inBrowser('a browser shows every route, or those of one part, and complains about nothing', async (t) => {
  t.timeout(120_000)
  const chat = (await (await fetch(`${house.origin}/openapi/chat.json`)).json()) as OpenApiDocument
  const inChat = Object.values(chat.paths).flatMap((methods) => Object.keys(methods)).length
  for (const [path, expected] of [
    ['/docs', house.routes.length],
    ['/docs?part=chat', inChat],
  ] as const) {
    const { page, complaints, close } = await open(path, { colorScheme: 'light', width: 1280 })
    await page.waitForSelector('.opblock')
    const shown = await page.locator('.opblock').count()
    await page.click('#operations-chat-postRooms .opblock-summary')
    await page.waitForSelector('#operations-chat-postRooms .responses-wrapper')

    t.is(shown, expected, path)
    t.is(await page.getAttribute('nav a[aria-current]', 'href'), path)
    t.deepEqual(complaints, [], path)
    await close()
  }
})

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
       violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))`,
  )
  return found as string[]
}

inBrowser('the socket and the stream are shown to everybody, on any width, light and dark', async (t) => {
  t.timeout(120_000)
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const how = `${width}, ${colorScheme}`
      const { page, complaints, close } = await open('/docs/live', { colorScheme, width })
      await page.click('#socket\\.asks\\.send summary')

      t.true(await page.isVisible('#socket\\.asks\\.send pre'), how)
      t.deepEqual(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, how)
      t.deepEqual(await violationsOf(page), [], how)
      t.deepEqual(complaints, [], how)
      await close()
    }
  }
})
