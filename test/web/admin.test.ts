import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import type { Page } from 'playwright-core'
import { actions } from '../../src/audit/index.ts'
import { leaveFailedJob } from '../../web/look/trouble.ts'
import { becomes } from '../support/becomes.ts'
import { browserOf, browserPath, signedInWindow } from '../support/browser.ts'
import type { Window } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'

/** What admins look after, in a browser: closings, jobs, the record, and the page of the queues that others have made. */

const inBrowser = browserPath === undefined ? test.skip : test.serial
const stack = stackOf(test, { QUEUE_BOARD: 'on' }, { isForBrowsers: true })
const browser = browserOf(test)

const ask = async (
  { context, address }: Window,
  line: string,
  data: unknown = {},
): Promise<Record<string, unknown>> => {
  const [method = '', path = ''] = line.split(' ')
  const answer = await context.request.fetch(path, {
    ...{ method, headers: { origin: address } },
    ...(method === 'GET' ? {} : { data }),
  })
  if (!answer.ok()) throw new Error(`${line}: ${answer.status()} ${await answer.text()}`)
  return answer.status() === 204 ? {} : ((await answer.json()) as Record<string, unknown>)
}

/** A file that the page saves when this is done. */
async function savedBy(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; lines: Record<string, unknown>[] }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  const text = readFileSync(await download.path(), 'utf8')
  return {
    name: download.suggestedFilename(),
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  }
}

inBrowser('a room that somebody damaged is looked into, saved, let be, repaired and tried again', async (t) => {
  t.timeout(120_000)
  const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
  const mina = await signedInWindow(t, browser(), stack(), 'mina', { role: 'mentor' })
  const { id } = await ask(mina, 'POST /v1/rooms', { name: '장독대', topic: '', seats: 5 })
  const room = String(id)
  await ask(mina, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body: '된장이 익어요' })
  await ask(mina, `POST /v1/rooms/${room}/close`)
  const closing = async () => (await ask(ada, `GET /v1/admin/closings/${room}`))['state']
  await eventually(async () => (await closing()) === 'sealed')
  const { sql } = stack().world
  const row = () => sql('messages').where({ room_id: room, seq: 2 })
  const [kept] = await row().select('payload')
  await row().update({ payload: Buffer.from('{"body":"간장이 익어요"}') })
  await sql('end_room').where({ room_id: room }).update({ state: 'quarantined' })
  const { page } = ada

  await page.goto('/admin/closings')
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Waiting for somebody' })
  await page.getByRole('link', { name: /^장독대/ }).click()
  await page.getByText('간장이 익어요').waitFor()
  await page.getByText('seq 2', { exact: true }).waitFor()
  const fact = page.locator('dl > div', { hasText: 'Storing has come to' })
  t.is(await fact.getByRole('definition').textContent(), 'seq 3 of 3', 'not how many of them are there')

  const saved = await savedBy(page, () => page.getByRole('button', { name: 'Save everything' }).click())
  t.is(saved.name, `room-${room}-evidence.ndjson`)
  t.deepEqual(saved.lines.at(-1), { type: 'end', entries: 3, parked: 0 })

  await page.getByRole('button', { name: 'Let it be' }).click()
  const sheet = page.getByRole('dialog', { name: 'Let this room be quarantined?' })
  t.true(await sheet.getByRole('button', { name: 'Let it be' }).isDisabled(), 'not without a reason')
  await sheet.getByRole('textbox', { name: 'Why' }).fill('no backup has it')
  await sheet.getByRole('button', { name: 'Let it be' }).click()
  await page.getByText(/^ada lets it be since/).waitFor()
  await page.getByText('let ‘장독대’ be quarantined: no backup has it').waitFor()
  await becomes(t, () => page.getByRole('button', { name: 'Let it be' }).count(), 0)

  await row().update({ payload: kept.payload })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Sealed', { exact: true }).waitFor()
  await page.getByText('tried the closing of ‘장독대’ again').waitFor()
  await becomes(t, () => page.getByText('간장이 익어요').count(), 0)
  t.deepEqual(ada.complaints, [])
})

inBrowser('a job that failed is tried again by a button, and is gone from what failed', async (t) => {
  const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
  const { page } = ada
  const { REDIS_URL: redisUrl } = stack().world.config
  const { items } = (await ask(ada, 'GET /v1/rooms?kind=lobby')) as { items: { id: string }[] }
  const id = await leaveFailedJob(
    { redisUrl },
    {
      ...{ queue: 'flush-rooms', data: { room: Number(items[0]?.id), requestId: randomUUID() } },
      reason: 'the disk is full',
    },
  )

  await page.goto('/admin/jobs')
  const queue = page.getByRole('region', { name: 'Storing messages' })
  await queue.getByText('the disk is full').waitFor()
  await queue.getByText('3 attempts').waitFor()
  await queue.getByRole('button', { name: `Try again: job ${id}` }).click()

  await page.getByText('The job waits again').waitFor()
  await queue.getByText('the disk is full').waitFor({ state: 'detached' })
  await eventually(async () => {
    const { items: queues } = (await ask(ada, 'GET /v1/admin/queues')) as { items: Record<string, unknown>[] }
    const state = queues.find(({ name }) => name === 'flush-rooms')
    return state?.['failed'] === 0 && state['waiting'] === 0 && state['active'] === 0
  })
  t.deepEqual(ada.complaints, [])
})

inBrowser('the record tells who did what, is narrowed down, and is saved as it is shown', async (t) => {
  const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
  await signedInWindow(t, browser(), stack(), 'erin')
  const { page } = ada
  await ask(ada, 'PUT /v1/admin/people/erin/role', { role: 'mentor' })

  await page.goto('/admin/audit')
  await page.getByText('made erin a mentor (before: a member)').waitFor()
  const what = page.getByRole('combobox', { name: 'What' })
  const offered = await what
    .locator('option')
    .evaluateAll((options) => options.map((option) => option.getAttribute('value')))
  t.deepEqual(offered.toSorted(), ['all', ...actions].toSorted())
  await what.selectOption({ label: 'Banned' })
  await page.getByText('Nothing on record is like this').waitFor()
  await what.selectOption({ label: 'Everything' })
  await page.getByText('Narrow down').click()
  await page.getByRole('textbox', { name: /^Concerns/ }).fill('nobody_is_here')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('Nobody has this username.').waitFor()
  await page.getByRole('textbox', { name: /^Concerns/ }).fill('@erin')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('made erin a mentor (before: a member)').waitFor()
  await becomes(t, () => page.locator('.act').count(), 1)

  const saved = await savedBy(page, () => page.getByRole('button', { name: 'Save as a file' }).click())
  t.is(saved.name, 'audit.ndjson')
  t.is(saved.lines.length, 1)
  t.like(saved.lines[0], { action: 'role.granted', facts: { from: 'member', to: 'mentor' } })
  // Of the name that nobody has.
  t.deepEqual(
    ada.complaints.filter((complaint) => !/404 .*person=nobody_is_here/.test(complaint)),
    [],
  )
})

inBrowser('the page of the queues opens from there, shows them, and gets nothing from elsewhere', async (t) => {
  const ada = await signedInWindow(t, browser(), stack(), 'ada', { role: 'admin' })
  const { page, context, address } = ada
  const answered: string[] = []
  context.on('response', (response) => void answered.push(response.url()))
  await page.goto('/admin/jobs')

  const complaints: string[] = []
  context.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  const [board] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'All about the queues' }).click(),
  ])
  await board.getByRole('link', { name: 'flush-rooms' }).first().waitFor()

  t.is(new URL(board.url()).pathname, '/admin/queues')
  t.deepEqual(complaints, [])
  t.true(answered.some((url) => new URL(url).pathname === '/admin/queues/api/queues'))
  t.deepEqual(
    answered.filter((url) => new URL(url).origin !== address),
    [],
  )
  const bob = await signedInWindow(t, browser(), stack(), 'bob')
  t.is((await bob.context.request.get('/admin/queues')).status(), 404)
  await bob.page.goto('/admin/jobs')
  await bob.page.getByText('There is nothing here').first().waitFor()
})
