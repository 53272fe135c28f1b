import type { Entry } from '../ledger/index.ts'
import type { Media, PictureView } from '../media/index.ts'
import type { MediaId } from '../platform/ids.ts'
import { parseId } from '../platform/ids.ts'
import { within } from '../platform/lifecycle.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import { mayShowPictures, readText } from './message.ts'
import { picturesIn } from './message-pictures.ts'

/** A picture as it stands beside a message. */
export type ShownPicture = PictureView & { alt: string }

/** By one query. */
export type ReadPictures = (ids: Iterable<MediaId>) => Promise<Map<MediaId, PictureView>>

export function createReadPictures(sql: Sql, media: Pick<Media, 'views'>): ReadPictures {
  return (ids) => media.views(sql, ids)
}

const none: readonly ShownPicture[] = []
const mostKept = 10_000
const learnMs = 2000

/** The pictures that this server has met, at hand without waiting, like names. What is still being made is looked at each time. */
export class Pictures {
  readonly #read: ReadPictures
  readonly #log: Log
  readonly #known = new Map<MediaId, PictureView>()

  constructor(parts: { read: ReadPictures; log: Log }) {
    this.#read = parts.read
    this.#log = parts.log
  }

  /** Those of the entries that are worth a look before anything is told of them. */
  unknownIn(entries: readonly Entry[]): MediaId[] {
    if (!entries.some(mayShowPictures)) return []
    const ids = entries.filter(mayShowPictures).flatMap(picturesIn)
    return ids.filter((id) => this.#known.get(id)?.state !== 'ready')
  }

  /** Never rejects: an entry whose pictures cannot be looked at now is delivered with their ids alone rather than late. */
  async learn(ids: readonly MediaId[]): Promise<void> {
    if (ids.length === 0) return
    try {
      for (const [id, view] of await within(learnMs, 'pictures', this.#read(ids))) this.#keep(id, view)
    } catch (error) {
      this.#log.warn({ err: error, pictures: ids.length }, 'pictures could not be looked at')
    }
  }

  /** Those of one entry, in their order, as far as they are known. */
  of(entry: Entry): readonly ShownPicture[] {
    return mayShowPictures(entry) ? shownIn(readText(entry)?.media ?? [], this.#known) : none
  }

  #keep(id: MediaId, view: PictureView): void {
    const [oldest] = this.#known.keys()
    if (this.#known.size >= mostKept && oldest !== undefined && !this.#known.has(id)) this.#known.delete(oldest)
    this.#known.set(id, view)
  }
}

/** What is gone is left out. */
export function shownIn(
  pictures: readonly { id: string; alt: string }[],
  views: ReadonlyMap<MediaId, PictureView>,
): ShownPicture[] {
  return pictures.flatMap(({ id, alt }) => {
    const picture = parseId<MediaId>(id)
    const view = picture === undefined ? undefined : views.get(picture)
    return view === undefined ? [] : [{ ...view, alt }]
  })
}
