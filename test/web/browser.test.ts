import test from 'ava'
import { browserOf, browserPath, openWindow, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What the tests in a browser stand on. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('a window is signed in as who it is for, and set as they like it', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { language: 'ko', theme: 'dark', width: 360 })
  for (const { page } of [alice, bob]) await page.goto('/')

  t.deepEqual(await me(alice), { username: 'alice', role: 'mentor' })
  t.deepEqual(await me(bob), { username: 'bob', role: 'member' })
  const set = await bob.page.evaluate(() => ({
    language: navigator.language,
    width: innerWidth,
    isDark: matchMedia('(prefers-color-scheme: dark)').matches,
  }))
  t.deepEqual(set, { language: 'ko-KR', width: 360, isDark: true })
})

inBrowser('a window stands at the server it is for, and at the other one while that is gone', async (t) => {
  const alice = await signedInWindow(t, browser(), stack(), 'alice', { server: 'server-1' })
  const bob = await signedInWindow(t, browser(), stack(), 'bob', { server: 'server-2' })
  for (const { page } of [alice, bob]) await page.goto('/')

  t.is(await serverOf(alice), 'server-1')
  t.is(await serverOf(bob), 'server-2')

  await stack().kill('server-1')
  t.is(await serverOf(alice), 'server-2')
  t.is((await me(alice)).username, 'alice')
  await stack().start('server-1')
  t.is(await serverOf(alice), 'server-1')
})

inBrowser('what breaks the policy is a complaint, and text becomes neither HTML nor a script', async (t) => {
  const { page, complaints } = await openWindow(t, browser(), stack())
  await page.goto('/')
  t.deepEqual(complaints, [])

  await page.evaluate(() => document.body.setAttribute('style', 'color: red'))
  await t.throwsAsync(
    page.evaluate(() => (document.createElement('script').textContent = '1')),
    { message: /TrustedScript/ },
  )
  await t.throwsAsync(
    page.evaluate(() => (document.body.innerHTML = '<b>1</b>')),
    { message: /TrustedHTML/ },
  )

  t.is(await page.evaluate(() => document.body.style.color), '')
  t.regex(await eventually(() => complaints.join('\n') || undefined), /Content Security Policy/)
})

function me({ page }: Window): Promise<{ username: string; role: string }> {
  return page.evaluate(async () => {
    const { username, role }: { username: string; role: string } = await (await fetch('/v1/me')).json()
    return { username, role }
  })
}

/** What a socket that is opened now is told by the server it comes to. */
function serverOf({ page }: Window): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket('/v1/socket', 'madang.v1')
        socket.addEventListener('error', () => reject(new Error('no socket')))
        socket.addEventListener('message', ({ data }) => {
          const { type, server }: { type: string; server: string } = JSON.parse(String(data))
          if (type !== 'hello') return
          socket.close()
          resolve(server)
        })
      }),
  )
}
