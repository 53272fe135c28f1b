import test from 'ava'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What is left on a device when somebody signs out: nothing, and not without having been told. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, {}, { isForBrowsers: true })
const browser = browserOf(test)

inBrowser('unsent messages are told of before signing out, and go with the drafts', async (t) => {
  const { page, context, address } = await signedInWindow(t, browser(), stack(), 'alice', { role: 'mentor' })
  const headers = { origin: address, 'idempotency-key': crypto.randomUUID() }
  const opened = await context.request.post('/v1/rooms', { data: { name: 'The well', seats: 5 }, headers })
  const { id } = (await opened.json()) as { id: string }
  await page.goto('/')
  await page.locator('.composer textarea').fill('a post not posted')
  await page.goto(`/rooms/${id}`)
  const field = page.locator('.composer-input')
  await field.waitFor()
  await page.getByRole('link', { name: 'Settings' }).waitFor()
  await stack().kill('server-1')
  await stack().kill('server-2')
  await field.fill('nobody hears this')
  await field.press('Enter')
  await page.getByText('nobody hears this').first().waitFor()
  await field.fill('and this is not even sent')
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('madang-draft:')))
  t.is((await kept()).length, 2)
  await page.route('**/v1/sessions/**', (route) => route.fulfill({ status: 204 }))

  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  const question = page.getByRole('dialog', { name: 'Sign out all the same?' })
  await question.getByText('1 message has not been sent yet.').waitFor()
  await question.getByRole('button', { name: 'Cancel' }).click()
  t.is((await kept()).length, 2)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await question.getByRole('button', { name: 'Sign out' }).click()

  await page.getByRole('link', { name: 'Create account' }).first().waitFor()
  t.deepEqual(await kept(), [])
  const waiting = await eventually(() =>
    page.evaluate(
      () =>
        new Promise<number | false>((resolve) => {
          const opening = indexedDB.open('madang')
          opening.addEventListener('success', () => {
            const count = opening.result.transaction('outbox').objectStore('outbox').count()
            count.addEventListener('success', () => resolve(count.result === 0 && 1))
          })
        }),
    ),
  )
  t.is(waiting, 1)
  await stack().start('server-1')
  await stack().start('server-2')
})
