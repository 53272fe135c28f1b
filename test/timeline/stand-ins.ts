import type { Live, LiveEvent } from '../../src/live/index.ts'
import type { Media, PictureView } from '../../src/media/index.ts'
import type { Notice, Notifications } from '../../src/notifications/index.ts'
import type { People } from '../../src/people/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, MediaId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'

/** What the timeline asks of the rooms beside it, with what it told them written down: the tests of those rooms are theirs. */
export class Neighbours {
  readonly events: LiveEvent[] = []
  readonly notices: Notice[] = []
  readonly withdrawn: Parameters<Notifications['withdraw']>[2][] = []
  readonly forgotten: Parameters<Notifications['forget']>[2][] = []
  readonly #sql: Sql
  readonly #blocks = new Set<string>()
  readonly #mutes = new Set<string>()
  readonly #follows = new Map<AccountId, Set<AccountId>>()
  readonly #pictures = new Map<MediaId, { owner: AccountId; use: string | undefined; state: PictureView['state'] }>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  get live(): Pick<Live, 'transaction' | 'cursor'> {
    return {
      cursor: () => String(this.events.length),
      transaction: async (work) => {
        const told: LiveEvent[] = []
        const result = await inTransaction(this.#sql, (trx) => {
          told.length = 0
          return work(trx, (event) => void told.push(event))
        })
        this.events.push(...told)
        return result
      },
    }
  }

  get people(): Pick<People, 'relationsOf' | 'followedBy'> {
    return {
      relationsOf: async (account) => {
        const blocked = this.#pairs(this.#blocks, account, 'both')
        const muted = this.#pairs(this.#mutes, account, 'first')
        return { blocked, muted, hidden: new Set([...blocked, ...muted]) }
      },
      followedBy: async (account) => [...(this.#follows.get(account) ?? [])],
    }
  }

  get media(): Pick<Media, 'claim' | 'release' | 'views'> {
    return {
      claim: async (_trx, { owner, ids, use, pointer }) => {
        for (const [index, id] of ids.entries()) {
          const picture = this.#pictures.get(id)
          if (picture?.owner === owner && picture.use === undefined) continue
          const fault = { pointer: pointer(index), code: 'bad_picture', detail: 'Not to be had' }
          throw new Problem('bad_input', { errors: [fault] })
        }
        for (const id of ids) this.#pictures.get(id)!.use = `${use.type} ${use.id}`
      },
      release: async (_trx, use, ids) => {
        for (const id of ids) if (this.useOf(id) === `${use.type} ${use.id}`) this.#pictures.delete(id)
      },
      views: async (_sql, ids) =>
        new Map([...ids].flatMap((id) => (this.#pictures.has(id) ? [[id, this.#view(id)] as const] : []))),
    }
  }

  get notifications(): Pick<Notifications, 'notify' | 'withdraw' | 'forget'> {
    return {
      notify: async (_trx, _tell, notices) => {
        this.notices.push(...notices.filter((notice) => !('from' in notice) || notice.from !== notice.to))
      },
      withdraw: async (_trx, _tell, what) => void this.withdrawn.push(what),
      forget: async (_trx, _tell, subject) => void this.forgotten.push(subject),
    }
  }

  block(one: AccountId, other: AccountId): void {
    this.#blocks.add(`${one} ${other}`)
  }

  mute(one: AccountId, other: AccountId): void {
    this.#mutes.add(`${one} ${other}`)
  }

  follow(one: AccountId, other: AccountId): void {
    this.#follows.set(one, (this.#follows.get(one) ?? new Set()).add(other))
  }

  upload(owner: AccountId): MediaId {
    const id = (this.#pictures.size + 1000 + Math.floor(Math.random() * 1e9)) as MediaId
    this.#pictures.set(id, { owner, use: undefined, state: 'processing' })
    return id
  }

  render(id: MediaId): void {
    const picture = this.#pictures.get(id)
    if (picture !== undefined) picture.state = 'ready'
  }

  /** As in `post 17`; undefined for a picture that is unused or gone. */
  useOf(id: MediaId): string | undefined {
    return this.#pictures.get(id)?.use
  }

  #pairs(pairs: ReadonlySet<string>, account: AccountId, side: 'first' | 'both'): Set<AccountId> {
    const found = new Set<AccountId>()
    for (const pair of pairs) {
      const [one, other] = pair.split(' ').map(Number) as [AccountId, AccountId]
      if (one === account) found.add(other)
      if (side === 'both' && other === account) found.add(one)
    }
    return found
  }

  #view(id: MediaId): PictureView {
    const url = `/media/${id}.webp`
    return {
      id: String(id),
      state: this.#pictures.get(id)?.state ?? 'failed',
      width: 640,
      height: 480,
      placeholder: 'AAAA',
      urls: { thumb: url, feed: url, full: url, jpeg: url },
    }
  }
}
