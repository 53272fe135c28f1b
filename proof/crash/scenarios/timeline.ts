import { randomUUID } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import { eventually } from '../../../test/support/eventually.ts'
import { postsHeard } from '../lab.ts'
import type { Lab } from '../lab.ts'
import type { Scenario } from '../scene.ts'
import { patienceMs } from '../../../test/support/patience.ts'

export const aPostIsWritten: Scenario = {
  when: 'a post is written',
  dies: 'server',
  async play({ t, lab, arm, struck }) {
    const post = newPost()
    await arm()
    const first = await lab.company.alice.ask('server-1', 'POST /v1/posts', post)
    await struck()
    const again = await lab.company.alice.askAgain('server-2', 'POST /v1/posts', post)
    t.is(again.status, 201)
    if (first !== 'unknown') t.is(again.body['id'], first.body['id'])
    await mustBeToldOnce(t, lab, { id: String(again.body['id']), text: post.body.text })
  },
}

export const aPostIsRelayed: Scenario = {
  when: 'it relays a post',
  dies: 'worker',
  async play({ t, lab, arm, struck, restarted }) {
    const post = newPost()
    await arm()
    const answer = await lab.company.alice.ask('server-1', 'POST /v1/posts', post)
    await struck()
    await restarted()
    if (answer === 'unknown') return t.fail()
    await mustBeToldOnce(t, lab, { id: String(answer.body['id']), text: post.body.text })
  },
}

function newPost() {
  const key = randomUUID()
  return { body: { text: `a post ${key}` }, headers: { 'idempotency-key': key } }
}

/** One row, one event with one position, and whoever listens hears of it once; positions have no hole. */
async function mustBeToldOnce(t: ExecutionContext, lab: Lab, post: { id: string; text: string }): Promise<void> {
  const { sql } = lab.stack.world
  const posts = await sql('posts').where({ body: post.text }).select<{ id: number }[]>('id')
  t.deepEqual(
    posts.map(({ id }) => String(id)),
    [post.id],
  )
  await eventually(async () => (await sql('events').whereNull('position')).length === 0, patienceMs)
  const events = await sql('events').orderBy('position').select<{ position: number; type: string; data: string }[]>()
  t.deepEqual(
    events.map(({ position }) => position),
    events.map((_, index) => Number(events[0]?.position) + index),
  )
  t.is(events.filter(({ type, data }) => type === 'post.created' && idIn(data) === post.id).length, 1)

  await lab.hears(post.id)
  const told = await postsHeard(lab.company)
  t.is(told.length, new Set(told).size, 'nobody hears of a post twice')
}

function idIn(data: string): string {
  return String((JSON.parse(data) as { post?: { id?: unknown } }).post?.id)
}
