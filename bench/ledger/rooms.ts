import type { Entry, Roster, RoomsPort } from '../../src/ledger/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'

/** Every room has the same members, as many as a full one; what the ledger asks of rooms costs it no query of theirs. */
export class BenchRooms implements RoomsPort {
  readonly members: readonly AccountId[]

  constructor(members: readonly AccountId[]) {
    this.members = members
  }

  async roster(): Promise<Roster> {
    return {
      rules: { speak: 'members', paceMs: 0, version: 0 },
      version: this.members.length,
      members: this.members.map((account, index) => ({ account, version: index + 1, isIn: true })),
    }
  }

  async closed(): Promise<void> {}

  async sealed(): Promise<void> {}

  async describe(room: RoomId): ReturnType<RoomsPort['describe']> {
    const names = new Map(this.members.map((account) => [account, `member_${account}`]))
    return { name: `room ${room}`, topic: 'what we talk about', openedAt: new Date(0), names }
  }

  describeEntry(entry: Entry): string | undefined {
    return entry.payload.toString()
  }
}
