import { randomUUIDv7 } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { startWorker } from '../../workers/worker.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'

type Json = Record<string, unknown>

/** Closings as an admin sees them, on a server and a worker: what is wrong with a room, and what may be done about it. */
const world = worldOf(test)
let house: House
let ada: Neighbour
let alice: Neighbour
let worker: { stop(): Promise<void> }
test.serial.before('people move in, and somebody works', async () => {
  house = await openHouse(world(), { FLUSH_ENTRIES: 1, ADMIN_EXPORTS_PER_MINUTE: 1000 })
  ada = await Neighbour.moveIn(world(), house, 'ada', 'admin')
  alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  await startWorking()
})

async function startWorking(): Promise<void> {
  worker = await startWorker(world().config, world().log)
  world().atEnd(() => worker.stop())
}

const itemsOf = (body: Json): Json[] => body['items'] as Json[]
const ask = (line: string, body?: unknown) => ada.ask(house, line, body)
const closingOf = async (room: string): Promise<Json> => (await ask(`GET /v1/admin/closings/${room}`)).body
const findingsIn = async (room: string, query = ''): Promise<Json> =>
  (await ask(`GET /v1/admin/closings/${room}/findings${query}`)).body
const inState = (room: string, state: string): Promise<Json> =>
  eventually(async () => {
    const closing = await closingOf(room)
    return closing['state'] === state && closing
  })

/** A room of alice's in which she has said this, all of it stored. */
async function storedRoom(lines: readonly string[], name = '장독대'): Promise<string> {
  const room = await alice.opens(house, { name })
  for (const body of lines) {
    const reply = await alice.ask(house, `POST /v1/rooms/${room}/messages`, { id: randomUUIDv7(), body })
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
  }
  const seq = lines.length + 1 // her own coming in is the first entry
  await eventually(async () => (await rowsOf(room)).length === seq)
  return room
}

const rowsOf = async (room: string): Promise<{ seq: number; kind: string; payload: Buffer }[]> =>
  world().sql('messages').where({ room_id: room }).orderBy('seq').select('seq', 'kind', 'payload')

const rowAt = (room: string, seq: number) => world().sql('messages').where({ room_id: room, seq })

const close = (room: string) => alice.ask(house, `POST /v1/rooms/${room}/close`)

test.serial('a closing tells its seqs, epochs, times, who asked, and what comes next', async (t) => {
  const room = await storedRoom(['하나', '둘'])
  const asked = await close(room)

  const closing = await inState(room, 'sealed')

  t.like(closing, {
    ...{ room, name: '장독대', state: 'sealed', lastSeq: 4, stored: 4, parked: 0, attempts: 0, epoch: 1 },
    ...{ requestId: asked.headers.get('x-request-id'), epochs: [], incidents: [], acceptance: null },
    requestedBy: { username: alice.username },
  })
  t.regex(String(closing['digest']), /^[0-9a-f]{40}$/)
  t.deepEqual(closing['buffer'], { epoch: 1, head: 4, base: 4 })
  t.deepEqual(await findingsIn(room), { items: [], page: {} })
  t.is((await ask('GET /v1/admin/closings/999999999')).status, 404)
  t.is((await ask('GET /v1/admin/closings/999999999/findings')).status, 404)
  t.is((await alice.ask(house, `GET /v1/admin/closings/${room}`)).status, 403)
})

test.serial('an epoch that may have lost something is told with its range', async (t) => {
  const room = await storedRoom(['하나'])
  await world().sql('ledger_acked').insert({ room_id: room, server: 'another', epoch: 1, seq: 9 })
  await world().redis.kill()
  await world().redis.start()
  await close(room)

  const closing = await inState(room, 'suspect')

  const [epoch] = closing['epochs'] as Json[]
  t.like(epoch, { epoch: 1, lastSeq: 2, suspect: { from: 3, to: 9 } })
  t.regex(String((closing['incidents'] as string[])[0]), /seq 3 to 9/)
  t.is((await ask(`POST /v1/admin/closings/${room}/retry`)).status, 409, 'suspect is final: nothing can bring it back')
  t.is((await ask(`PUT /v1/admin/closings/${room}/acceptance`, { note: 'no' })).status, 409)
})

/** Three rows that are not as they were, of five that alice has said. */
async function quarantinedRoom(t: ExecutionContext, name = '망가진 방') {
  const room = await storedRoom(['하나', '둘', '셋', '넷', '다섯'], name)
  const before = await rowsOf(room)
  await rowAt(room, 2).update({ payload: Buffer.from('{"body":"다른 말"}') })
  await rowAt(room, 4).update({ payload: Buffer.alloc(0) })
  const [missing] = await rowAt(room, 5)
  await rowAt(room, 5).delete()
  await close(room)
  const closing = await inState(room, 'quarantined')
  t.truthy(closing['lastError'])
  return {
    room,
    async repair() {
      for (const seq of [2, 4]) await rowAt(room, seq).update({ payload: before[seq - 1]!.payload })
      await world().sql('messages').insert(missing)
    },
  }
}

test.serial(
  'a quarantined room shows each row that is not as it was acknowledged, and what it holds now',
  async (t) => {
    const { room } = await quarantinedRoom(t)

    const findings = itemsOf(await findingsIn(room))

    t.deepEqual(
      findings.map(({ kind, seq, upTo }) => [kind, seq, upTo]),
      [
        ['changed', 2, 2],
        ['emptied', 4, 4],
        ['missing', 5, 5],
      ],
    )
    t.like(findings[0]?.['entry'], { epoch: 1, kind: 'text', payload: '{"body":"다른 말"}' })
    t.like(findings[0]?.['entry'], { from: { username: alice.username } })
    t.is(findings[2]?.['entry'], null)
    const incidents = (await closingOf(room))['incidents'] as string[]
    t.true(incidents.some((incident) => incident.includes('seq 2')))

    const seen: unknown[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Json = await findingsIn(room, `?limit=1${cursor}`)
      seen.push(...itemsOf(page).map(({ seq }) => seq))
      const { next } = page['page'] as { next?: string }
      cursor = next === undefined ? undefined : `&cursor=${next}`
    }
    t.deepEqual(seen, [2, 4, 5])
  },
)

test.serial('a gap is told once, and all that was kept aside within it on the pages that follow', async (t) => {
  const room = await storedRoom(['하나', '둘', '셋', '넷', '다섯', '여섯'])
  await world().sql('messages').where({ room_id: room }).whereIn('seq', [3, 4, 5, 7]).delete()
  const aside = [3, 4, 5].map((seq) => ({
    ...{ room_id: room, epoch: 7, seq, at: 1_700_000_000_000, sender_id: alice.account, entry_id: `x${seq}` },
    ...{ kind: 'text', hash: '0'.repeat(64), payload: '{"body":"aside"}', reason: 'does not join' },
  }))
  await world().sql('ledger_parked').insert(aside)
  await close(room)
  await inState(room, 'quarantined')
  const whole = [
    ['missing', 3, 5],
    ['apart', 3, 3],
    ['apart', 4, 4],
    ['apart', 5, 5],
    ['missing', 7, 7],
  ]

  for (const limit of [1, 2, 3, 4, 5, 6]) {
    const seen: unknown[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Json = await findingsIn(room, `?limit=${limit}${cursor}`)
      seen.push(...itemsOf(page).map(({ kind, seq, upTo }) => [kind, seq, upTo]))
      const { next } = page['page'] as { next?: string }
      cursor = next === undefined ? undefined : `&cursor=${next}`
    }
    t.deepEqual(seen, whole, `${limit} a page`)
  }
})

test.serial('a retry before the repair finds the same, after it the room is sealed; each is on record', async (t) => {
  const { room, repair } = await quarantinedRoom(t)
  const retry = () => ask(`POST /v1/admin/closings/${room}/retry`)

  t.is((await retry()).status, 202)
  await inState(room, 'quarantined')
  await repair()
  t.is((await retry()).status, 202)

  const closing = await inState(room, 'sealed')
  t.deepEqual(closing['incidents'], [])
  t.deepEqual(itemsOf(await findingsIn(room)), [])
  t.is((await retry()).status, 409)
  const acts = itemsOf((await ask(`GET /v1/admin/audit?room=${room}`)).body)
  t.deepEqual(
    acts.map(({ action, facts }) => [action, (facts as Json)['was']]),
    [
      ['closing.retried', 'quarantined'],
      ['closing.retried', 'quarantined'],
    ],
  )
})

test.serial(
  'who lets a room be puts that on record and changes neither state nor receipt; a retry undoes it',
  async (t) => {
    const { room } = await quarantinedRoom(t, '그대로 둘 방')
    const accept = (note: unknown) => ask(`PUT /v1/admin/closings/${room}/acceptance`, { note })
    const receipt = async () => (await alice.ask(house, `GET /v1/rooms/${room}/receipt`)).body
    const waiting = async (accepted: string) =>
      itemsOf((await ask(`GET /v1/admin/closings?accepted=${accepted}`)).body).some(
        (closing) => closing['room'] === room,
      )
    const before = await receipt()
    t.true(await waiting('no'))
    t.false(await waiting('yes'))

    for (const note of ['', '   ', 'x'.repeat(501), 7, undefined]) t.is((await accept(note)).status, 422, String(note))
    const accepted = await accept(`  ${'가'.repeat(500)}  `)

    t.is(accepted.status, 200)
    t.like(accepted.body, {
      state: 'quarantined',
      acceptance: { note: '가'.repeat(500), by: { username: ada.username } },
    })
    t.is((await accept('again')).status, 409)
    t.deepEqual(await receipt(), before)
    t.is((before['content'] as Json)['state'], 'quarantined')
    t.false(await waiting('no'))
    t.true(await waiting('yes'))
    const [act] = itemsOf((await ask(`GET /v1/admin/audit?room=${room}`)).body)
    t.like(act, { action: 'closing.accepted', facts: { note: '가'.repeat(500) } })
    t.is((await alice.ask(house, `PUT /v1/admin/closings/${room}/acceptance`, { note: 'x' })).status, 403)

    await ask(`POST /v1/admin/closings/${room}/retry`)
    await inState(room, 'quarantined')
    t.is((await closingOf(room))['acceptance'], null)
    t.true(await waiting('no'))
  },
)

test.serial(
  'everything that is kept of a room can be saved as it stands, with an end that says it is whole',
  async (t) => {
    const { room } = await quarantinedRoom(t)
    await rowAt(room, 3).update({ payload: Buffer.from([0xff, 0xfe]) })

    const answer = await fetch(`${house.origin}/v1/admin/closings/${room}/evidence`, {
      headers: { authorization: `Bearer ${ada.token}` },
    })
    const lines = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json)

    t.is(answer.status, 200)
    t.regex(answer.headers.get('content-disposition') ?? '', new RegExp(`room-${room}-evidence\\.ndjson`))
    t.deepEqual(
      lines.map(({ type }) => type),
      ['closing', ...Array.from({ length: 6 }, () => 'entry'), 'end'],
    )
    t.like(lines[0], { state: 'quarantined' })
    const entries = lines.filter(({ type }) => type === 'entry')
    t.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3, 4, 6, 7],
    )
    t.like(entries[1], { payload: '{"body":"다른 말"}' })
    t.like(entries[2], { payloadBase64: '//4=' })
    t.deepEqual(lines.at(-1), { type: 'end', entries: 6, parked: 0 })
    t.is((await ask('GET /v1/admin/closings/999999999/evidence')).status, 404)
    t.is((await alice.ask(house, `GET /v1/admin/closings/${room}/evidence`)).status, 403)
  },
)

test.serial('an admin saves so much of closings in a minute and not once more', async (t) => {
  const strict = await openHouse(world(), { ADMIN_EXPORTS_PER_MINUTE: 2 })
  const { room } = await quarantinedRoom(t)
  const admin = await Neighbour.moveIn(world(), strict, 'admin', 'admin')
  const save = async (): Promise<number> => {
    const answer = await fetch(`${strict.origin}/v1/admin/closings/${room}/evidence`, {
      headers: { authorization: `Bearer ${admin.token}` },
    })
    await answer.text()
    return answer.status
  }

  t.deepEqual([await save(), await save(), await save()], [200, 200, 429])
})

test.serial('what MySQL refused is shown with its words and reason', async (t) => {
  const refuse = "SET NEW.payload = IF(INSTR(NEW.payload, 'refused') > 0, NULL, NEW.payload)"
  await world().sql.raw(`CREATE TRIGGER refuse_insert BEFORE INSERT ON messages FOR EACH ROW ${refuse}`)
  const room = await storedRoom(['hello', 'refused'])
  await close(room)
  const closing = await inState(room, 'quarantined')
  await world().sql.raw('DROP TRIGGER refuse_insert')
  // What did not continue the rows is kept aside under a place that a row has.
  await world()
    .sql('ledger_parked')
    .insert({
      ...{ room_id: room, epoch: 7, seq: 2, at: 1_700_000_000_000, sender_id: alice.account },
      ...{ entry_id: 'x', kind: 'text', hash: '0'.repeat(64), payload: '{"body":"aside"}', reason: 'does not join' },
    })

  t.is(closing['parked'], 1)
  const findings = itemsOf(await findingsIn(room))
  t.deepEqual(
    findings.map(({ kind, seq, reason, entry }) => [kind, seq, reason, (entry as Json)['payload']]),
    [
      ['apart', 2, 'does not join', '{"body":"aside"}'],
      ['parked', 3, "Column 'payload' cannot be null", '{"body":"refused"}'],
    ],
  )
})

test.serial('a closing that waits after a failure is tried at once when an admin says so', async (t) => {
  const room = await storedRoom(['하나'])
  await worker.stop()
  await close(room)
  await world()
    .sql('end_room')
    .where({ room_id: room })
    .update({ attempts: 9, last_error: 'no space', next_at: world().sql.raw('NOW(3) + INTERVAL 300 SECOND') })

  const closing = await closingOf(room)
  t.like(closing, { state: 'fenced', attempts: 9, lastError: 'no space' })
  t.true(Date.parse(String(closing['nextAt'])) > Date.now() + 60_000)
  // The bell that was rung before may be lost.
  await world().redis.kill()
  await world().redis.start()
  t.is(
    (await eventually(async () => {
      const { status } = await ask(`POST /v1/admin/closings/${room}/retry`)
      return status === 202 && status
    })) as number,
    202,
  )
  t.true(Date.parse(String((await closingOf(room))['nextAt'])) < Date.now() + 60_000)
  await startWorking()

  await inState(room, 'sealed')
  const [act] = itemsOf((await ask(`GET /v1/admin/audit?room=${room}`)).body)
  t.like(act, { action: 'closing.retried', facts: { was: 'fenced', attempts: 9 } })
})
