import test from 'ava'
import { createAccounts } from '../../src/accounts/index.ts'
import { createTelling } from '../../src/live/index.ts'
import { createMediaWork, createPictureViews } from '../../src/media/index.ts'
import type { MediaWork } from '../../src/media/index.ts'
import type { MediaId } from '../../src/platform/ids.ts'
import { createTellRendered } from '../../src/timeline/index.ts'
import { openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { idOf, upload } from '../media/house.ts'
import { photo } from '../media/pictures.ts'
import { connectTo } from '../support/connections.ts'
import { worldOf } from '../support/world.ts'
import { Resident } from './courtyard.ts'

const world = worldOf(test)
let house: House
let work: MediaWork

test.serial.before('a server and the work of a worker on pictures', async () => {
  const { sql, config, log, atEnd } = world()
  house = await openHouse(world(), { MEDIA_UPLOADS_PER_HOUR: 1000 })
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, broker } = connections
  const transaction = createTelling({ sql, broker, log })
  const pictures = createPictureViews(config)
  const accounts = createAccounts({ sql, redis, broker, config, log, pictureUrls: pictures.urls })
  const tellRendered = createTellRendered({ accounts, media: pictures })
  work = await createMediaWork({
    ...{ sql, config, log },
    transaction: (rendered) => transaction((trx, tell) => rendered(trx, (use) => tellRendered(trx, tell, use))),
  })
  atEnd(async () => {
    await work.stop()
    await connections.close()
  })
})

const uploads = async (who: Resident): Promise<string> => String(idOf(await upload(house, who.token, await photo())))

const statesOf = (post: Record<string, unknown>) =>
  (post['pictures'] as { id: string; state: string; alt: string }[]).map(({ id, state, alt }) => [id, state, alt])

test.serial(
  'a post is there at once with a placeholder, and everybody is told when its pictures are ready',
  async (t) => {
    const alice = await Resident.moveIn(house.origin, 'alice')
    const bob = await Resident.moveIn(house.origin, 'bob')
    const [one, two] = [await uploads(alice), await uploads(alice)]
    const pictures = [{ media: two, alt: '강아지' }, { media: one }]

    const post = await alice.gets('POST /v1/posts', { pictures })
    const stolen = await bob.ask('POST /v1/posts', { pictures: [{ media: one }] })
    const again = await alice.ask('POST /v1/posts', { pictures: [{ media: one }] })
    await work.render(Number(one) as MediaId)
    await work.render(Number(two) as MediaId)

    t.deepEqual(statesOf(post), [
      [two, 'processing', '강아지'],
      [one, 'processing', ''],
    ])
    t.deepEqual([stolen.status, again.status], [422, 422])
    const seen = await bob.gets(`GET /v1/posts/${String(post['id'])}`)
    t.deepEqual(statesOf(seen), [
      [two, 'ready', '강아지'],
      [one, 'ready', ''],
    ])
    const told = await world().sql('events').where({ type: 'post.updated' }).orderBy('id').pluck('data')
    t.is(told.length, 2)
    t.true(String(told[1]).includes('"ready"') && !String(told[1]).includes('"processing"'))
  },
)

test.serial('pictures that a post gives up are nobody’s any more', async (t) => {
  const alice = await Resident.moveIn(house.origin, 'alice')
  const [one, two] = [await uploads(alice), await uploads(alice)]
  const { id } = await alice.gets('POST /v1/posts', { text: 'x', pictures: [{ media: one }, { media: two }] })

  await alice.gets(`PATCH /v1/posts/${String(id)}`, { pictures: [{ media: two }] })
  const afterEdit = [await alice.ask(`GET /v1/media/${one}`), await alice.ask(`GET /v1/media/${two}`)]
  await alice.gets(`DELETE /v1/posts/${String(id)}`)

  t.deepEqual(
    afterEdit.map((reply) => reply.status),
    [404, 200],
  )
  t.is((await alice.ask(`GET /v1/media/${two}`)).status, 404)
})

test.serial('a post that is deleted while its pictures are rendered leaves neither, and no error', async (t) => {
  const alice = await Resident.moveIn(house.origin, 'alice')
  for (let nth = 0; nth < 5; nth += 1) {
    const media = await uploads(alice)
    const { id } = await alice.gets('POST /v1/posts', { pictures: [{ media }] })

    const [deletion] = await Promise.all([
      alice.ask(`DELETE /v1/posts/${String(id)}`),
      work.render(Number(media) as MediaId),
    ])

    t.is(deletion.status, 204)
    t.is((await alice.ask(`GET /v1/media/${media}`)).status, 404)
  }
})
