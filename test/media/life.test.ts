import { readFile, rm, utimes, writeFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import type { MediaUse } from '../../src/media/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, MediaId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { filesIn, houseOf, idOf, makeDue, openHouse, rowOf, somebody, spaceOf, upload } from './house.ts'
import { photo } from './pictures.ts'

const house = houseOf(test)
const post = (id: number): MediaUse => ({ type: 'post', id })

async function uploaded(owner: AccountId): Promise<{ id: MediaId; name: string }> {
  const id = idOf(await upload(house(), owner, await photo()))
  return { id, name: (await rowOf(house(), id))?.name ?? '' }
}

async function filesOf(name: string): Promise<string[]> {
  return (await filesIn(house())).filter((file) => file.includes(name))
}

const claim = (owner: AccountId, ids: MediaId[], use: MediaUse): Promise<void> =>
  inTransaction(house().world.sql, (trx) =>
    house().media.claim(trx, { owner, ids, use, pointer: (index) => `/pictures/${index}` }),
  )
const release = (use: MediaUse, ids: MediaId[]): Promise<void> =>
  inTransaction(house().world.sql, (trx) => house().media.release(trx, use, ids))

const originalPath = (name: string): string => path.join(house().config.MEDIA_FOLDER, 'private', name.slice(0, 2), name)

test.serial('a job that comes twice, also at once, renders one picture and tells of it once', async (t) => {
  const { id, name } = await uploaded(somebody())
  await claim(await ownerOf(id), [id], post(70))

  await Promise.all([house().work.render(id), house().work.render(id)])
  await house().work.render(id)

  t.is((await rowOf(house(), id))?.state, 'ready')
  t.is((await filesOf(name)).length, 4)
  t.deepEqual(
    house().told.filter(({ picture }) => picture === id),
    [{ use: post(70), picture: id }],
  )
})

async function ownerOf(id: MediaId): Promise<AccountId> {
  const [row] = await house().world.sql('media').where({ id }).select<{ owner_id: AccountId }[]>('owner_id')
  if (row === undefined) throw new Error('no such picture')
  return row.owner_id
}

test.serial('a job that comes late, for a picture that is gone, leaves no file behind', async (t) => {
  const { id, name } = await uploaded(somebody())
  const original = await readFile(originalPath(name))
  await makeRowGone(id)

  await house().work.render(id)
  t.deepEqual(await filesOf(name), [])

  // Gone in between: the renderer had begun, and finds out only when it is done.
  const between = await uploaded(somebody())
  const late = await openHouse(house().world)
  t.teardown(() => late.close())
  await claim(await ownerOf(between.id), [between.id], post(71))
  const rendering = late.work.render(between.id)
  await release(post(71), [between.id])
  await house().work.sweep()
  await rendering
  await house().work.sweep()
  t.deepEqual(await filesOf(between.name), [])
  t.is(await rowOf(house(), between.id), undefined)
  t.true(original.length > 0)
})

/** As the sweeper leaves it. */
async function makeRowGone(id: MediaId): Promise<void> {
  await house()
    .world.sql('media')
    .where({ id })
    .update({ state: 'released', due_at: new Date(0) })
  await house().work.sweep()
}

test.serial('when the worker dies between any two steps, a sweeper comes back to it', async (t) => {
  // Rung for nobody: the job is lost.
  const lost = await uploaded(somebody())
  await makeDue(house(), lost.id)
  await house().world.redis.kill()
  await house().work.sweep()
  await house().world.redis.start()
  t.is((await rowOf(house(), lost.id))?.state, 'ready')

  // Died before the original was removed.
  const { id, name } = await uploaded(somebody())
  const original = await readFile(originalPath(name))
  await house().work.render(id)
  await writeFile(originalPath(name), original)
  await house()
    .world.sql('media')
    .where({ id })
    .update({ has_original: 1, due_at: new Date(0) })
  await house().work.sweep()
  t.is((await rowOf(house(), id))?.has_original, 0)
  t.is((await filesOf(name)).length, 4)
  t.is((await rowOf(house(), id))?.state, 'ready')
})

test.serial(
  'a picture that can never be rendered has failed after five attempts, and says so to who uses it',
  async (t) => {
    const alice = somebody()
    const { id, name } = await uploaded(alice)
    await claim(alice, [id], post(72))
    await writeFile(originalPath(name), 'not a picture any more')

    for (let attempt = 1; attempt <= 4; attempt += 1) await house().work.render(id)
    t.is((await rowOf(house(), id))?.state, 'processing')
    t.like(await rowOf(house(), id), { attempts: 4 })
    await house().work.render(id)

    t.is((await rowOf(house(), id))?.state, 'failed')
    t.deepEqual(house().told.at(-1), { use: post(72), picture: id })
    t.deepEqual(await filesOf(name), [])
    t.is((await house().media.views(house().world.sql, [id])).get(id)?.state, 'failed')
    const another = await uploaded(alice)
    await house().world.sql('media').where({ id: another.id }).update({ state: 'failed' })
    const error = await t.throwsAsync(claim(alice, [another.id], post(73)), { instanceOf: Problem })
    t.is(error?.errors?.[0]?.code, 'picture_failed')
  },
)

test.serial(
  'a renderer that is taken down by a picture each time gives it up, a storage that is away is waited for',
  async (t) => {
    const { id } = await uploaded(somebody())
    await house().world.sql('media').where({ id }).update({ attempts: 5 })
    await house().work.render(id)
    t.is((await rowOf(house(), id))?.state, 'failed')

    const { id: patient } = await uploaded(somebody())
    const file = `${house().config.MEDIA_FOLDER}-away`
    await writeFile(file, '')
    t.teardown(() => rm(file))
    const away = await openHouse(house().world, { MEDIA_FOLDER: file })
    t.teardown(() => away.close())
    for (let attempt = 0; attempt < 7; attempt += 1) await away.work.render(patient)
    t.like(await rowOf(house(), patient), { state: 'processing', attempts: 0 })
    t.truthy((await rowOf(house(), patient))?.last_error)
    // A folder whose volume is not mounted, or a restore of a backup that lacks the original.
    const bare = await openHouse(house().world, { MEDIA_FOLDER: `${house().config.MEDIA_FOLDER}-bare` })
    t.teardown(() => bare.close())
    for (let attempt = 0; attempt < 7; attempt += 1) await bare.work.render(patient)
    t.like(await rowOf(house(), patient), {
      ...{ state: 'processing', attempts: 0, last_error: 'The original is not there' },
    })
    await house().work.render(patient)
    t.is((await rowOf(house(), patient))?.state, 'ready')
  },
)

test.serial(
  'what nobody uses goes after its time, what was never finished after an hour, what is released at once',
  async (t) => {
    const alice = somebody()
    const [unused, used, young] = [await uploaded(alice), await uploaded(alice), await uploaded(alice)]
    for (const { id } of [unused, used, young]) await house().work.render(id)
    await claim(alice, [used.id], post(80))
    const [row] = await house()
      .world.sql('media')
      .where({ id: unused.id })
      .select<{ hours: number }[]>(house().world.sql.raw('TIMESTAMPDIFF(HOUR, created_at, due_at) AS hours'))
    t.is(row?.hours, 24)
    const cut = await uploaded(alice)
    await house().world.sql('media').where({ id: cut.id }).update({ state: 'uploading' })
    for (const { id } of [unused, used, cut]) await makeDue(house(), id)

    await house().work.sweep()

    for (const { id, name } of [unused, cut]) {
      t.is(await rowOf(house(), id), undefined)
      t.deepEqual(await filesOf(name), [])
    }
    for (const { id, name } of [used, young]) {
      t.is((await rowOf(house(), id))?.state, 'ready')
      t.is((await filesOf(name)).length, 4)
    }
    t.is((await rowOf(house(), used.id))?.due_at, null)

    await release(post(80), [used.id])
    t.is((await house().media.views(house().world.sql, [used.id])).size, 0)
    t.is(await house().media.nameOf(house().world.sql, used.id), undefined)
    await house().work.sweep()
    t.is(await rowOf(house(), used.id), undefined)
    t.deepEqual(await filesOf(used.name), [])
    t.is((await spaceOf(house(), alice)).pictures, 1)
  },
)

test.serial('of two who claim one picture one has it, and of claims in any order none is a deadlock', async (t) => {
  const alice = somebody()
  const ids: MediaId[] = []
  for (let n = 0; n < 3; n += 1) ids.push((await uploaded(alice)).id)

  const claims = Array.from({ length: 8 }, (_, n) => claim(alice, n % 2 === 0 ? ids : ids.toReversed(), post(100 + n)))
  const outcomes = await Promise.allSettled(claims)

  t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue
    t.true(outcome.reason instanceof Problem)
    t.deepEqual(
      (outcome.reason as Problem).errors?.map(({ code, pointer }) => [code, pointer]),
      [0, 1, 2].map((index) => ['picture_in_use', `/pictures/${index}`]),
    )
  }
  // Another's release takes nothing.
  await release(post(999), ids)
  t.is((await house().media.views(house().world.sql, ids)).size, 3)
  await release(post(100 + winner), ids)
  t.is((await house().media.views(house().world.sql, ids)).size, 0)
})

test.serial(
  "another's, a missing, a released and a doubled picture are told by their places, and a claim that failed took none",
  async (t) => {
    const [alice, bob] = [somebody(), somebody()]
    const [own, hers, gone] = [await uploaded(alice), await uploaded(bob), await uploaded(alice)]
    await claim(alice, [gone.id], post(120))
    await release(post(120), [gone.id])

    const error = await t.throwsAsync(claim(alice, [own.id, hers.id, 999_999 as MediaId, gone.id, own.id], post(121)), {
      instanceOf: Problem,
    })

    t.deepEqual(
      error?.errors?.map(({ pointer, code }) => [pointer, code]),
      [
        ['/pictures/1', 'no_such_picture'],
        ['/pictures/2', 'no_such_picture'],
        ['/pictures/3', 'no_such_picture'],
        ['/pictures/4', 'named_twice'],
      ],
    )
    t.is((await rowOf(house(), own.id))?.use_type, null)
    await claim(alice, [own.id], post(122))
    await claim(alice, [], post(123))
  },
)

test.serial('a claim, a sweep and a rendering at once leave the picture whole, or gone as a whole', async (t) => {
  for (let round = 0; round < 5; round += 1) {
    const alice = somebody()
    const { id, name } = await uploaded(alice)
    await house().work.render(id)
    await makeDue(house(), id)
    const [claimed] = await Promise.allSettled([
      claim(alice, [id], post(200 + round)),
      house().work.sweep(),
      house().work.sweep(),
    ])
    await house().work.sweep()
    const row = await rowOf(house(), id)
    t.is(row?.state, claimed.status === 'fulfilled' ? 'ready' : undefined)
    t.is((await filesOf(name)).length, claimed.status === 'fulfilled' ? 4 : 0)
  }
})

test.serial('files that no picture needs are found on the way round, and half written ones by their age', async (t) => {
  const { id, name } = await uploaded(somebody())
  await house().work.render(id)
  const folder = house().config.MEDIA_FOLDER
  const stray = 'AAstray_0123456789-_xx'
  for (const shelf of ['public', 'private']) await mkdir(path.join(folder, shelf, 'AA'), { recursive: true })
  const strays = [path.join(folder, 'public', 'AA', `${stray}.thumb.webp`), path.join(folder, 'private', 'AA', stray)]
  for (const file of strays) {
    await writeFile(file, 'x')
    await utimes(file, new Date(0), new Date(0))
  }
  const [old, young] = ['old', 'young'].map((half) => path.join(folder, 'incoming', half))
  await writeFile(old ?? '', 'x')
  await writeFile(young ?? '', 'x')
  await utimes(old ?? '', new Date(0), new Date(0))

  for (let round = 0; round < 4096 / 16; round += 1) await house().work.sweepStrays()

  t.deepEqual(await filesOf(stray), [])
  t.is((await filesOf(name)).length, 4)
  t.deepEqual(
    (await filesIn(house())).filter((file) => file.startsWith('incoming/')),
    ['incoming/young'],
  )
})

test.serial('many pictures are shown by one query', async (t) => {
  const alice = somebody()
  const ids = [(await uploaded(alice)).id, (await uploaded(alice)).id]
  let queries = 0
  house().world.sql.on('query', () => (queries += 1))

  const views = await house().media.views(house().world.sql, [...ids, ...ids, 999_999 as MediaId])

  t.is(queries, 1)
  t.deepEqual([...views.keys()].toSorted(), ids.toSorted())
  t.is((await house().media.views(house().world.sql, [])).size, 0)
})
