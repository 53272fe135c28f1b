import type { Profile } from '../accounts/index.ts'
import { nameOf } from '../platform/http/etag.ts'
import type { AccountId } from '../platform/ids.ts'
import { unpooled } from '../platform/unpooled.ts'
import type { Post } from './post.ts'
import { toPost } from './store.ts'
import type { PostRecord } from './store.ts'
import { peopleIn, presentPost } from './views.ts'
import type { PostSurroundings } from './views.ts'

/** A post as everybody sees it. */
export interface ShownPost {
  /** Its JSON in UTF-8 without the brace at its end, since who likes it comes there. */
  json: Buffer
  /** What no other JSON is called. */
  name: string
}

/** A post as it was read, and what was made of it. */
export class KeptPost {
  readonly post: Post
  readonly #row: PostRecord
  #kept: { shown: ShownPost; people: readonly (readonly [AccountId, Profile | undefined])[] } | undefined

  constructor(row: PostRecord) {
    this.#row = row
    this.post = toPost(row)
  }

  /** Whether a row says the same, column by column. */
  isOf(row: PostRecord): boolean {
    return isSame(this.#row, row)
  }

  /**
   * Bytes with a name, so that a page of them is neither encoded nor hashed again. It is what was made before, where the people in it are called
   * what they were called then. Pictures come about later, and are asked each time.
   */
  shownAmong(around: PostSurroundings): ShownPost {
    const { profiles } = around
    const isAsBefore = this.#kept?.people.every(([id, profile]) => profiles.get(id) === profile)
    if (this.#kept !== undefined && isAsBefore === true) return this.#kept.shown
    const isKept = this.post.pictureCount === 0
    const made = Buffer.from(JSON.stringify(presentPost(this.post, around)).slice(0, -1))
    const json = isKept ? unpooled(made) : made
    const shown = { json, name: nameOf(json) }
    const people = peopleIn([this.post]).map((id) => [id, profiles.get(id)] as const)
    this.#kept = isKept ? { shown, people } : undefined
    return shown
  }
}

/** Fifty of the newest pages: what nearly all readers begin with. */
const mostKept = 1000

/**
 * Posts that were read lately. Of a page that is read again nearly all is as it was, and to make it anew costs as much as to ask for it. Every
 * page reads its rows and its names as if nothing were kept, and what is kept is only taken for a row that is the same: so there is
 * nothing to be forgotten when something changes.
 */
export class KeptPosts {
  /** Least recently used first: a Map keeps the order of insertion. */
  readonly #kept = new Map<number, KeptPost>()

  of(row: PostRecord): KeptPost {
    const before = this.#kept.get(row.id)
    const kept = before?.isOf(row) === true ? before : new KeptPost(row)
    this.#kept.delete(row.id)
    this.#kept.set(row.id, kept)
    if (this.#kept.size > mostKept) this.#dropOldest()
    return kept
  }

  #dropOldest(): void {
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}

function isSame(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  for (const column in one) if (one[column] !== other[column]) return false
  return true
}
