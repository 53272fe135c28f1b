import { allHold } from '../../proof/model/rules.ts'
import { append } from '../../proof/model/redis.ts'
import type { Answer, Kept, Line, Redis, Room } from '../../proof/model/redis.ts'
import { encodeMember } from '../../src/ledger/buffer.ts'
import type { AppendAnswer } from '../../src/ledger/buffer.ts'
import { chainDigest, hashOf, systemSender } from '../../src/ledger/entry.ts'
import type { MembershipChange, NewEntry, Place, RuleChange } from '../../src/ledger/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'

export interface Limits {
  maxEntries: number
  maxBytes: number
  sentMaxIds: number
  /** Every turn of the send-once hashes is older than they may become. */
  isOld: boolean
  isOverBudget: boolean
}

/** An entry on its way, and the token under which its id was looked up. */
export interface Said {
  entry: NewEntry
  lookedUp: string | undefined
}

const noRules: RuleChange = { speak: 'members', paceMs: 0, version: 0 }

/**
 * What one room in Redis should be: the scripts as the small-scope model has them (proof/model/redis.ts), and beside them what a room asks of
 * whoever speaks: members, the word, turns, the caps. A pace lasts longer than any test.
 */
export class RoomModel {
  readonly redis: Redis = { run: 1, room: undefined }
  readonly #digestAt = new Map<number, string>([[0, '']])
  readonly #timeAt = new Map<string, number>()
  readonly #payloadBytes = new Map<string, number>()
  readonly #members = new Map<AccountId, MembershipChange>()
  readonly #turns = new Set<AccountId>()
  #membersVersion = 0
  #rules = noRules

  get room(): Room | undefined {
    return this.redis.room
  }

  get head(): number {
    return this.room === undefined ? 0 : this.room.base + this.room.entries.length
  }

  get bytes(): number {
    return bytesOf(this.room?.entries ?? [], this.#payloadBytes)
  }

  /** Digest at a seq, by the latest who got it. */
  digestAt(seq: number): string {
    return this.#digestAt.get(seq) ?? ''
  }

  remember(payload: Buffer): string {
    const hash = hashOf(payload)
    this.#payloadBytes.set(hash, payload.length)
    return hash
  }

  /** What append should answer; times are taken from what it did answer. */
  append(
    batch: readonly Said[],
    limits: Limits,
    answered: readonly AppendAnswer[],
  ): AppendAnswer[] | 'absent' | 'stale' {
    const entries = new Map<Line, NewEntry>()
    for (const { entry, lookedUp } of batch) {
      const { sender, id, kind, payload } = entry
      entries.set({ sender, id, kind, hash: this.remember(payload), time: timeIn(id), lookedUp }, entry)
    }
    const entryOf = (line: Line): NewEntry => entries.get(line) as NewEntry
    const reply = append(this.redis, [...entries.keys()], {
      ...{ holds: allHold, maxIds: limits.sentMaxIds, isOld: limits.isOld },
      at: (index) => timeOf(answered[index]),
      refuses: (line, room) => this.#refuses(entryOf(line), room, limits),
      onKept: (line, kept) => this.#keep(entryOf(line), kept),
    })
    return reply.type === 'ok' ? reply.answers.map((answer) => this.#answer(answer)) : reply.type
  }

  /** An entry that came to stand in the room. */
  note(kept: Kept): void {
    this.#digestAt.set(kept.seq, chainDigest(this.digestAt(kept.seq - 1), kept))
    this.#timeAt.set(`${kept.epoch}:${kept.seq}`, kept.at)
  }

  /** The roster of MySQL comes with a rebase. */
  install(roster: { rules: RuleChange; version: number; members: readonly MembershipChange[] }): void {
    this.#rules = roster.rules
    this.#membersVersion = roster.version
    this.#members.clear()
    for (const member of roster.members) this.#members.set(member.account, member)
  }

  /** Keys that no epoch change touches go with everything. */
  wipe(): void {
    this.redis.room = undefined
    this.#members.clear()
    this.#turns.clear()
  }

  forgetMembers(): void {
    this.#members.clear()
  }

  #refuses({ sender, id, takes }: NewEntry, room: Room, limits: Limits): string | undefined {
    if (timeIn(id) === Infinity) return 'bad_id'
    const isSystem = sender === systemSender
    const member = this.#members.get(sender)
    const maySpeak = isSystem || (member === undefined ? this.#rules.speak === 'all' : member.isIn)
    if (!maySpeak) return 'forbidden'
    const hasWord = member !== undefined && encodeMember(member).endsWith(':2')
    if (takes !== undefined && this.#rules.speak === 'given' && !hasWord) return 'muted'
    if (takes === 'turn' && this.#rules.paceMs > 0 && this.#turns.has(sender)) return 'early'
    if (limits.isOverBudget && !isSystem) return 'full'
    const factor = isSystem ? 2 : 1
    const bytes = bytesOf(room.entries, this.#payloadBytes)
    const isFull = room.entries.length >= limits.maxEntries * factor || bytes >= limits.maxBytes * factor
    return isFull ? 'full' : undefined
  }

  #keep({ sender, takes, membership, rules }: NewEntry, kept: Kept): void {
    this.note(kept)
    if (takes === 'turn' && this.#rules.paceMs > 0) this.#turns.add(sender)
    if (membership !== undefined) this.#changeMembers(membership)
    if (rules !== undefined && rules.version > this.#rules.version) this.#rules = rules
  }

  #changeMembers(change: MembershipChange): void {
    const known = this.#members.get(change.account)?.version ?? 0
    if (change.version > this.#membersVersion && change.version > known) this.#members.set(change.account, change)
  }

  #answer(answer: Answer): AppendAnswer {
    switch (answer.type) {
      case 'kept':
      case 'duplicate':
        return { ...answer, at: this.#timeOfPlace(answer.place) }
      case 'refused':
        return answer.why === 'early' ? { type: 'early', retryMs: 0 } : { type: answer.why as 'full' }
      case 'closed':
      case 'lookup':
        return answer
      default:
        return answer satisfies never
    }
  }

  #timeOfPlace({ epoch, seq }: Place): number {
    return this.#timeAt.get(`${epoch}:${seq}`) ?? 0
  }
}

/** The system's ids have no time. What is ahead by more than clocks may differ is later than anything that was ever taken. */
function timeIn(id: string): number {
  if (id.startsWith('!')) return 0
  const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
  return time > Date.now() + 1_800_000 ? Infinity : time
}

const timeOf = (answer: AppendAnswer | undefined): number => (answer?.type === 'kept' ? answer.at : 0)

function bytesOf(entries: readonly Kept[], payloadBytes: ReadonlyMap<string, number>): number {
  return entries.reduce((sum, { epoch, seq, at, sender, id, kind, hash }) => {
    const header = `${epoch}|${seq}|${at}|${sender}|${id}|${kind}||${hash}|`
    return sum + header.length + (payloadBytes.get(hash) ?? 0)
  }, 0)
}
