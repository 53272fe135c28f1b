import { randomUUID } from 'node:crypto'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import sharp from 'sharp'
import { createMediaWork } from '../../src/media/index.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import type { Reply } from '../../test/accounts/client.ts'
import { filesIn } from '../../test/media/house.ts'
import { eventually } from '../../test/support/eventually.ts'
import type { ServerName } from '../../test/support/stack.ts'
import type { Caller } from './company.ts'
import type { Lab } from './lab.ts'
import type { Known } from './memory.ts'
import { patienceMs } from '../../test/support/patience.ts'

/** The pictures of a lab: sent, looked for, and counted with their files. */
export class Pictures {
  readonly #lab: Lab

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** A picture that is sent by each call as it was by the first. */
  async newUpload(who: Caller): Promise<(server: ServerName) => Promise<Known<Reply>>> {
    const pixels = { width: 64, height: 48, channels: 3 as const, background: '#3070a0' }
    const bytes = await sharp({ create: pixels }).jpeg().toBuffer()
    const key = randomUUID()
    return (server) => who.upload(server, bytes, key)
  }

  /** Id of a new picture of somebody's whose files are all there. */
  async uploaded(who: Caller): Promise<string> {
    const answer = await (await this.newUpload(who))('server-2')
    if (answer === 'unknown' || answer.status !== 201) throw new Error(`not uploaded: ${JSON.stringify(answer)}`)
    const id = String(answer.body['id'])
    await this.ready(id)
    return id
  }

  /** Resolves when the picture is ready and every file of it is served. */
  async ready(id: string): Promise<void> {
    await this.#timePasses({ id, state: 'processing' })
    const name = await eventually(
      async () => (await this.#row(id))?.state === 'ready' && (await this.#row(id))?.name,
      20_000,
    )
    for (const ending of ['thumb.webp', 'feed.webp', 'full.webp', 'full.jpg']) {
      const { status } = await fetch(`${this.#lab.stack.address}/media/${name}.${ending}`)
      if (status !== 200) throw new Error(`picture ${id}: ${ending} answers ${status}`)
    }
  }

  /** As if a day had passed in which nobody made it part of anything. */
  async isForgotten(id: string): Promise<void> {
    await this.#timePasses({ id })
  }

  /** As if the hours had passed after which a sweeper decides about pictures of messages in doubt; one looks at its start. */
  async decideAll(): Promise<void> {
    const { stack } = this.#lab
    const { sql } = stack.world
    await sql('message_pictures')
      .whereNotNull('due_at')
      .update({ due_at: sql.raw('NOW(3) - INTERVAL 1 SECOND') })
    await stack.terminate('worker-1')
    await stack.start('worker-1')
    await eventually(async () => (await sql('message_pictures').whereNotNull('due_at')).length === 0, patienceMs)
  }

  /** What it is part of. */
  async useOf(id: string): Promise<string> {
    const row = await this.#row(id)
    return `${row?.use_type} ${row?.use_id}`
  }

  async isGone(id: string): Promise<void> {
    await this.#timePasses({ id })
    await eventually(async () => (await this.#row(id)) === undefined, patienceMs)
  }

  /** Nothing of a picture lies where no picture is, every account has the bytes that its pictures have, nobody waits. */
  async mustBeTidy(t: ExecutionContext): Promise<void> {
    const { world } = this.#lab.stack
    const { sql } = world
    await this.#timePasses({ state: 'uploading' })
    await this.#timePasses({ state: 'processing' })
    await this.#timePasses({ state: 'released' })
    await this.#timePasses({ has_original: 1 })
    await eventually(
      async () => (await sql('media').whereNot({ state: 'ready' }).orWhere({ has_original: 1 })).length === 0,
      20_000,
    )
    await this.#tidyIncoming()

    const rows = await sql('media').select<{ name: string; owner_id: number; bytes: number }[]>()
    const endings = ['feed.webp', 'full.jpg', 'full.webp', 'thumb.webp']
    const expected = rows.flatMap(({ name }) => endings.map((ending) => `public/${name}.${ending}`))
    t.deepEqual(await filesIn(world), expected.toSorted())
    const owners = await sql('media_owners').whereNot({ pictures: 0 }).select<{ account_id: number; bytes: number }[]>()
    for (const { account_id: owner, bytes } of owners) {
      const own = rows.filter((row) => row.owner_id === owner)
      t.is(
        bytes,
        own.reduce((sum, row) => sum + row.bytes, 0),
        `space of account ${owner}`,
      )
    }
  }

  /** As if an hour had passed, after which half a file is nobody's any more. */
  async #tidyIncoming(): Promise<void> {
    const { sql, config, log } = this.#lab.stack.world
    const incoming = join(config.MEDIA_FOLDER, 'incoming')
    const names = await readdir(incoming).catch(() => [])
    const long = new Date(Date.now() - 2 * 3_600_000)
    for (const name of names) await utimes(join(incoming, name), long, long)
    const work = await createMediaWork({
      ...{ sql, config, log },
      transaction: (render) => inTransaction(sql, (trx) => render(trx, async () => undefined)),
    })
    await work.sweepStrays()
    await work.stop()
  }

  /** As if the time had passed after which a sweeper looks at these. */
  async #timePasses(which: Record<string, unknown>): Promise<void> {
    const { sql } = this.#lab.stack.world
    await sql('media')
      .where(which)
      .whereNotNull('due_at')
      .update({ due_at: sql.raw('NOW(3) - INTERVAL 1 SECOND') })
  }

  async #row(id: string): Promise<Row | undefined> {
    const [row] = await this.#lab.stack.world.sql('media').where({ id }).select<Row[]>()
    return row
  }
}

interface Row {
  state: string
  name: string
  use_type: string | null
  use_id: number | null
}
