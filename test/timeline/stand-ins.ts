import type { LiveEvent, TellingTransaction } from '../../src/live/index.ts'
import type { Media, PictureView } from '../../src/media/index.ts'
import type { Notice, Notifications } from '../../src/notifications/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, MediaId } from '../../src/platform/ids.ts'

/** Pictures by hand, and what the timeline told the inboxes and the stream. */
export class Neighbours {
  readonly events: LiveEvent[] = []
  readonly notices: Notice[] = []
  readonly withdrawn: Parameters<Notifications['withdraw']>[2][] = []
  readonly forgotten: Parameters<Notifications['forget']>[2][] = []
  readonly #pictures = new Map<MediaId, { owner: AccountId; use: string | undefined; state: PictureView['state'] }>()

  /** Writes down what is told in the transactions that committed. */
  overhear(transaction: TellingTransaction): TellingTransaction {
    return async (work) => {
      const { result, told } = await transaction(async (trx, tell) => {
        const said: LiveEvent[] = []
        const hear = (event: LiveEvent): void => {
          said.push(event)
          tell(event)
        }
        return { result: await work(trx, hear), told: said }
      })
      this.events.push(...told)
      return result
    }
  }

  get media(): Pick<Media, 'claim' | 'release' | 'views' | 'nameOf'> {
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
      nameOf: async (_sql, id) => (this.#pictures.has(id) ? String(id) : undefined),
      views: async (_sql, ids) =>
        new Map([...ids].flatMap((id) => (this.#pictures.has(id) ? [[id, this.#view(id)] as const] : []))),
    }
  }

  /** Writes down what is asked of the inboxes, and passes it on. */
  watch(inboxes: Notifications): Pick<Notifications, 'notify' | 'withdraw' | 'forget'> {
    return {
      notify: async (trx, tell, notices) => {
        this.notices.push(...notices.filter((notice) => !('from' in notice) || notice.from !== notice.to))
        await inboxes.notify(trx, tell, notices)
      },
      withdraw: async (trx, tell, what) => {
        this.withdrawn.push(what)
        await inboxes.withdraw(trx, tell, what)
      },
      forget: async (trx, tell, subject) => {
        this.forgotten.push(subject)
        await inboxes.forget(trx, tell, subject)
      },
    }
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
