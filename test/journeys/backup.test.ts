import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { readEvidence } from '../../src/commands/verify/evidence.ts'
import { verifyEvidence } from '../../src/commands/verify/verdict.ts'
import { backUp, check, restore } from '../commands/backup-site.ts'
import { upload } from '../media/house.ts'
import { photo } from '../media/pictures.ts'
import { Crowd, closeRoom, finalClosing, openRoom, papersOf } from '../support/clients.ts'
import type { Person, Visitor } from '../support/clients.ts'
import { eventually } from '../support/eventually.ts'
import { patienceMs } from '../support/patience.ts'
import { startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

/**
 * A backup taken while people talk, post pictures and rooms close, restored to services on which nothing ever ran. What was acknowledged
 * before the backup began is looked for there by those who were told so.
 */

const most = 1_000_000
const generous = {
  POSTS_PER_HOUR: most,
  MEDIA_UPLOADS_PER_HOUR: most,
  ROOMS_PER_MENTOR: 10_000,
  CLOSINGS_PER_MINUTE: most,
}
const speakers = ['alice', 'bob', 'carol']

interface Post {
  id: string
  text: string
}

/** What people were told is so. */
interface Told {
  /** Room and speaker → how many lines, which are numbered from 0, were acknowledged. */
  lines: Map<string, number>
  posts: Post[]
  /** Room → its last seq, as who closed it was answered. */
  closings: Map<string, number>
  sealed: string[]
}

const copyOf = (told: Told): Told => ({
  lines: new Map(told.lines),
  posts: [...told.posts],
  closings: new Map(told.closings),
  sealed: [...told.sealed],
})

/** People who go on talking, posting, opening and closing until it is over. */
class Bustle {
  readonly told: Told = { lines: new Map(), posts: [], closings: new Map(), sealed: [] }
  readonly rooms: string[] = []
  readonly #address: string
  readonly #mentor: Visitor
  readonly #speakers: Visitor[]
  #isOver = false
  #work: Promise<unknown> = Promise.resolve()

  constructor(address: string, people: { mentor: Visitor; speakers: Visitor[] }) {
    this.#address = address
    this.#mentor = people.mentor
    this.#speakers = people.speakers
  }

  async begin(rooms: number): Promise<void> {
    for (let nth = 0; nth < rooms; nth += 1) this.rooms.push(await this.#open())
    const talks = this.rooms.flatMap((room) => this.#speakers.map((who) => this.#talk(who, room)))
    this.#work = Promise.all([...talks, this.#post(), this.#openAndClose()])
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#work
  }

  #open(): Promise<string> {
    return openRoom(this.#mentor.person, { name: 'yard', topic: '', seats: 10 })
  }

  async #talk(who: Visitor, room: string, atMost = Infinity): Promise<void> {
    const session = await who.join(room)
    for (let n = 0; n < atMost && !this.#isOver; n += 1) {
      await session.say(`${who.person.username} ${n}`)
      this.told.lines.set(`${room} ${who.person.username}`, n + 1)
    }
  }

  async #post(): Promise<void> {
    const [author] = this.#speakers
    if (author === undefined) return
    const bytes = await photo(1)
    for (let n = 0; !this.#isOver; n += 1) {
      const sent = await upload({ origin: this.#address }, await author.person.token(false), bytes)
      const body = { text: `picture ${n}`, pictures: [{ media: String(sent.body['id']), alt: 'the yard' }] }
      const post = (await author.person.call({ method: 'POST', path: '/v1/posts', body })) as Post
      this.told.posts.push({ id: post.id, text: body.text })
    }
  }

  async #openAndClose(): Promise<void> {
    for (let nth = 0; !this.#isOver; nth += 1) {
      const room = await this.#open()
      const who = this.#speakers[nth % this.#speakers.length]
      if (who === undefined) return
      await this.#talk(who, room, 20)
      const { lastSeq = 0 } = await closeRoom(this.#mentor.person, room)
      this.told.closings.set(room, lastSeq)
      // Of every second one nobody waits for the end.
      if (nth % 2 === 1) continue
      await finalClosing(this.#mentor.person, room, patienceMs)
      this.told.sealed.push(room)
    }
  }
}

async function peopleOf(crowd: Crowd): Promise<{ mentor: Visitor; speakers: Visitor[] }> {
  const mentor = await crowd.visitor('minji', 'mentor')
  return { mentor, speakers: await Promise.all(speakers.map((name) => crowd.visitor(name))) }
}

async function stackWith(t: ExecutionContext, prepare?: (stack: Stack['world']) => Promise<void>): Promise<Stack> {
  const stack = await startStack(generous, prepare === undefined ? {} : { isMigrated: false, prepare })
  t.teardown(() => stack.stop())
  return stack
}

interface Papers {
  receipt: Buffer
  transcript: Buffer
  keys: Buffer
}

/** As anybody would: from files, without the server. */
async function holds(folder: string, papers: Papers) {
  const files = {
    receipt: path.join(folder, 'receipt'),
    transcript: path.join(folder, 'transcript'),
    keys: path.join(folder, 'keys'),
  }
  await writeFile(files.receipt, papers.receipt)
  await writeFile(files.transcript, papers.transcript)
  await writeFile(files.keys, papers.keys)
  const verdict = await verifyEvidence(await readEvidence(files))
  if (verdict.type !== 'holds') throw new Error(JSON.stringify(verdict))
  return verdict.receipt
}

/** The files of a post's picture, once they are there. */
async function pictureOf(stack: Stack, person: Person, { id }: Post): Promise<Buffer> {
  const url = await eventually(async () => {
    const post = (await person.call({ method: 'GET', path: `/v1/posts/${id}` })) as {
      pictures: { state: string; urls: { full: string } }[]
    }
    return post.pictures[0]?.state === 'ready' && post.pictures[0].urls.full
  })
  const answer = await fetch(`${stack.address}${url}`)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

test('a backup taken under load and restored to fresh services has all that was acknowledged, and goes on', async (t) => {
  t.timeout(600_000)
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-restored-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const backup = path.join(folder, 'backup')
  const one = await stackWith(t)
  const crowd = new Crowd(one)
  t.teardown(() => crowd.leave())
  const people = await peopleOf(crowd)
  const bustle = new Bustle(one.address, people)
  await bustle.begin(3)
  const { told } = bustle
  await eventually(() => told.posts.length >= 3 && told.sealed.length >= 1 && told.closings.size >= 3)

  const before = copyOf(told)
  const taken = await backUp(one.world, backup)
  const during = copyOf(told)
  await bustle.end()

  t.is(taken.code, 0, taken.said)
  t.is((await check(backup)).code, 0)
  const sum = ({ lines }: Told): number => [...lines.values()].reduce((one_, other) => one_ + other, 0)
  t.log(
    `${sum(before)} lines, ${before.posts.length} posts, ${before.closings.size} closings before; while it was taken ${sum(during) - sum(before)}, ${during.posts.length - before.posts.length}, ${during.closings.size - before.closings.size}`,
  )
  t.true(sum(during) > sum(before), 'people went on talking')
  const originals = new Map<string, Papers>()
  for (const room of before.sealed) originals.set(room, await papersOf(people.mentor.person, room))
  const pictures = new Map<string, Buffer>()
  for (const post of before.posts) pictures.set(post.id, await pictureOf(one, people.mentor.person, post))
  await crowd.leave()

  const two = await stackWith(t, async (world) => {
    const { code, said } = await restore(world, backup)
    t.is(code, 0, said)
  })
  const again = new Crowd(two)
  t.teardown(() => again.leave())
  // With their passwords, and as who they were: minji is a mentor.
  const back = await peopleOf(again)
  t.is(back.mentor.person.id, people.mentor.person.id)

  for (const [room, papers] of originals) {
    const same = await papersOf(back.mentor.person, room)
    t.true(same.receipt.equals(papers.receipt) && same.transcript.equals(papers.transcript), `room ${room}`)
    t.is((await holds(folder, same)).state, 'sealed')
  }
  for (const [room, lastSeq] of before.closings) {
    t.is((await finalClosing(back.mentor.person, room, patienceMs)).state, 'sealed', `room ${room}`)
    t.is((await holds(folder, await papersOf(back.mentor.person, room))).lastSeq, lastSeq)
  }
  for (const room of bustle.rooms) {
    const sessions = await Promise.all(back.speakers.map((who) => who.join(room)))
    await Promise.all(sessions.map((session) => session.say('we are back')))
    const [session] = sessions
    if (session === undefined) return t.fail()
    await closeRoom(back.mentor.person, room)
    await session.until('the end', () => session.view.isClosed, patienceMs)
    for (const name of speakers) {
      const own = session.view.entries.flatMap(({ body }) => (body?.startsWith(`${name} `) === true ? [body] : []))
      t.deepEqual(
        own,
        own.map((_line, n) => `${name} ${n}`),
        `${name} in room ${room}: each once, in order, without a hole`,
      )
      t.true(own.length >= (before.lines.get(`${room} ${name}`) ?? Infinity), `${name} in room ${room}`)
    }
    t.is((await finalClosing(back.mentor.person, room, patienceMs)).state, 'sealed', `room ${room}`)
    const receipt = await holds(folder, await papersOf(back.mentor.person, room))
    t.is(receipt.state, 'sealed')
    t.true(receipt.epochs.some(({ cause }) => cause === 'restored'))
  }
  for (const post of before.posts) {
    t.like(await back.mentor.person.call({ method: 'GET', path: `/v1/posts/${post.id}` }), post)
    t.true((await pictureOf(two, back.mentor.person, post)).equals(pictures.get(post.id) ?? Buffer.alloc(0)), post.text)
  }
})
