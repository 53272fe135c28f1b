import { text as textOf } from 'node:stream/consumers'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { alice, bob, line, texts } from '../support/ledger.ts'
import { eventually } from '../support/eventually.ts'
import type { World } from '../support/world.ts'
import { openCourtyard } from '../timeline/courtyard.ts'
import { installationIn } from './backup-site.ts'
import type { Installation } from './backup-site.ts'

/** The small installation of which backups are kept in `kept-backups`, and what its people see of it. */

/** What comes back by any version, from any database: written beside each backup that is kept. */
export interface Seen {
  feed: { text: unknown; author: string; tags: unknown; likes: unknown; comments: unknown }[]
  rooms: { room: RoomId; said: string[]; receipt: string; transcript: string }[]
  keys: unknown
}

const hard = 'a\nb\\c "quoted" \'so\' %_; 가나다 ﬁ é é 😀'

export async function fillSite(world: World): Promise<void> {
  const { person } = await openCourtyard(world)
  const [first, second] = [await person('alice'), await person('bob')]
  if (first.account !== alice || second.account !== bob) throw new Error('the first two are alice and bob')
  await second.to('follow', first)
  await first.gets('PATCH /v1/me', { bio: hard, area: '서울 종로구' })
  for (const text of ['#마당 에서', hard, '@bob #Straße #STRASSE']) {
    const post = await first.posts(text)
    await second.gets(`PUT /v1/posts/${post}/like`)
    await second.comments(post, `${text} – 그래요`)
  }
  const one = await installationIn(world)
  const [closed, open] = [await one.newRoom([alice, bob]), await one.newRoom([alice, bob])]
  for (const room of [closed, open]) {
    await one.site.ledger.append(room, line(hard, alice))
    await one.site.ledger.append(room, line('둘', bob))
  }
  await one.site.ledger.close(closed, { by: alice, requestId: undefined })
  await eventually(async () => {
    await attemptClosing(one.site.work, closed)
    return (await one.site.ledger.receipt(closed)) !== undefined
  })
}

/** By somebody who has just come. */
export async function seenOf(world: World): Promise<Seen> {
  const { person } = await openCourtyard(world)
  const items = await (await person('visitor')).all('/v1/timeline?feed=all')
  const feed = items.map(({ text, author, tags, likeCount: likes, commentCount: comments }) => ({
    ...{ text, author: (author as { username: string }).username, tags, likes, comments },
  }))
  const one = await installationIn(world)
  const ids: { id: RoomId }[] = await world.sql('rooms').orderBy('id').select('id')
  const rooms: Seen['rooms'] = []
  for (const { id } of ids) rooms.push(await roomOf(one, id))
  return { feed, rooms, keys: await one.site.ledger.receiptKeys() }
}

async function roomOf({ site }: Installation, room: RoomId): Promise<Seen['rooms'][number]> {
  site.rooms.put(room, [alice, bob])
  const { seq } = await site.ledger.head(room)
  const said = texts(await site.ledger.entries(room, { after: 0, upTo: seq, limit: 100 }))
  const receipt = await site.ledger.receipt(room)
  const transcript = await site.ledger.transcript(room, 'ndjson')
  return {
    ...{ room, said, receipt: receipt?.jws ?? '' },
    transcript: transcript === undefined ? '' : await textOf(transcript.body),
  }
}
