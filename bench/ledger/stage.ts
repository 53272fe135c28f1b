import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { signIn } from '../site/members.ts'
import type { SignedIn } from '../site/members.ts'
import { openRoom } from '../site/rooms.ts'
import { startSite } from '../site/site.ts'
import type { Site, SiteOptions } from '../site/site.ts'
import { BenchRooms } from './rooms.ts'
import { wireLedger } from './site.ts'
import type { WiredLedger } from './site.ts'

/** Madang as it is shipped, and beside it ledgers in this process, which speak faster than people could through sockets. */
export interface Stage {
  site: Site
  mentor: SignedIn
  speakers: readonly AccountId[]
  /** As a server has it: it calls the worker when a flush is due. */
  ledger: WiredLedger
  /** One with other settings; it is stopped with the stage. */
  beside(settings: Readonly<Record<string, string | number>>): Promise<WiredLedger>
  /** A new room in which the speakers have seats. */
  openRoom(): Promise<RoomId>
  stop(): Promise<void>
}

const people = 20

export async function openStage(options: SiteOptions): Promise<Stage> {
  const site = await startSite(options)
  const wired: WiredLedger[] = []
  const stop = async (): Promise<void> => {
    for (const one of wired) await one.stop()
    await site.stop()
  }
  try {
    const members = await signIn(site, people, 'speaker')
    const [mentor] = members
    if (mentor === undefined) throw new Error('there is nobody')
    const speakers = members.map(({ account }) => account)
    const beside: Stage['beside'] = async (settings) => {
      const own = await wireLedger(new BenchRooms(speakers), { ...site.settings, ...options.settings, ...settings })
      wired.push(own)
      return own
    }
    return {
      ...{ site, mentor, speakers, beside, stop },
      ledger: await beside({}),
      openRoom: async () => Number(await openRoom(site, mentor, members)) as RoomId,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
