import type { Fault, Injected, LinkName, Patient } from './fault.ts'
import { isCommit } from './mysql-packets.ts'
import type { IsHit, Proxy } from './proxy.ts'
import type { Chance } from '../chance.ts'

type Side = 'redis' | 'database' | 'nginx'
const sides: readonly Side[] = ['redis', 'database', 'nginx']

/** Share of the requests that are hit while connections are cut at them. */
const hitShare = 0.05

interface Break {
  name: string
  says: string
  lasts: Fault['lasts']
  weight?: number
  break(proxy: Proxy, chance: Chance): Broken
}

interface Broken {
  detail: string
  /** Of what it may or may not have hit: how often it did so far. */
  hits?: () => number
}

/** Hits this share of some requests, and counts. */
function hitting(chance: Chance, share: number, isMeant: IsHit = () => true): { isHit: IsHit; hits: () => number } {
  let hits = 0
  const isHit = (chunk: Buffer): boolean => {
    const is = isMeant(chunk) && chance.is(share)
    if (is) hits += 1
    return is
  }
  return { isHit, hits: () => hits }
}

const breaks: readonly Break[] = [
  {
    name: 'cut',
    says: 'all its connections are reset at once',
    lasts: [0, 0],
    break(proxy) {
      const count = proxy.cut()
      return { detail: `${count} connections were reset`, hits: () => count }
    },
  },
  {
    name: 'cut before the request',
    says: 'every twentieth request does not arrive, and its connection is reset',
    lasts: [500, 3000],
    break(proxy, chance) {
      const { isHit, hits } = hitting(chance, hitShare)
      proxy.cutBefore(isHit)
      return { detail: 'requests were cut before they arrived', hits }
    },
  },
  {
    name: 'cut before the answer',
    says: 'every twentieth request arrives, but its answer does not: the connection is reset in its place',
    lasts: [500, 3000],
    weight: 2,
    break(proxy, chance) {
      const { isHit, hits } = hitting(chance, hitShare)
      proxy.cutAfter(isHit)
      return { detail: 'requests arrived, and their answers were cut off', hits }
    },
  },
  {
    name: 'slow',
    says: 'everything takes 20 to 400 ms longer each way',
    lasts: [1000, 5000],
    break(proxy, chance) {
      const ms = chance.whole(20, 400)
      proxy.delay(ms)
      return { detail: `everything took ${ms} ms longer each way` }
    },
  },
  {
    name: 'black hole up',
    says: 'what is sent does not arrive, without anybody being told; it arrives late',
    lasts: [1000, 6000],
    break(proxy) {
      proxy.hold('up')
      return { detail: 'requests were swallowed and arrived late' }
    },
  },
  {
    name: 'black hole down',
    says: 'what is answered does not arrive, without anybody being told; it arrives late',
    lasts: [1000, 6000],
    break(proxy) {
      proxy.hold('down')
      return { detail: 'answers were swallowed and arrived late' }
    },
  },
  {
    name: 'half open',
    says: 'one end of each connection is gone, and the other one is not told',
    lasts: [1000, 6000],
    break(proxy, chance) {
      const who = chance.of(['near lives', 'far lives'] as const)
      const count = proxy.halfOpen(who)
      const end = who === 'near lives' ? 'beginning' : 'far end'
      return { detail: `of ${count} connections only the ${end} was left`, hits: () => count }
    },
  },
  {
    name: 'down',
    says: 'no connection comes through',
    lasts: [500, 4000],
    break(proxy) {
      proxy.down()
      return { detail: 'no connection came through' }
    },
  },
]

/** Of one process or of all of them at once: a service that nobody reaches is another fault than one that somebody does not reach. */
function chosen(patient: Patient, side: Side, chance: Chance): [LinkName, Proxy][] {
  const links = linksTo(patient, side)
  return links.length > 1 && chance.is(0.75) ? [chance.of(links)] : links
}

function linksTo({ links }: Patient, side: Side): [LinkName, Proxy][] {
  return [...links].filter(([name]) => name.endsWith(side))
}

function broken(links: readonly [LinkName, Proxy][], work: (proxy: Proxy) => Broken): Injected {
  const made = links.map(([name, proxy]) => ({ name, ...work(proxy) }))
  const detail = made.map((one) => `${one.name}: ${one.detail}`).join('; ')
  const counters = made.flatMap(({ hits }) => hits ?? [])
  const total = (): number => counters.reduce((sum, hits) => sum + hits(), 0)
  return {
    detail,
    hasHit: () => counters.length === 0 || total() > 0,
    heal() {
      for (const [, proxy] of links) proxy.heal()
      if (counters.length === 0) return
      return { detail: `${detail} (${total()} in all)`, isNothing: total() === 0 }
    },
  }
}

const needsLink =
  (side: Side) =>
  (patient: Patient): string | undefined =>
    linksTo(patient, side).length === 0 ? `there is no proxy of ours in front of ${side}` : undefined

const general = sides.flatMap((side) =>
  breaks.map((one): Fault => ({
    name: `to ${side}: ${one.name}`,
    says: `${side === 'nginx' ? 'between clients and Nginx' : `between servers or workers and the ${side}`} ${one.says}`,
    lasts: one.lasts,
    weight: (one.weight ?? 1) / 2,
    missing: needsLink(side),
    inject: (patient, chance) => broken(chosen(patient, side, chance), (proxy) => one.break(proxy, chance)),
  })),
)

const lostCommit: Fault = {
  name: 'to database: COMMIT answer lost',
  says: 'COMMITs arrive and are done, but who sent them is cut off before the answer',
  lasts: [500, 4000],
  weight: 2,
  missing: needsLink('database'),
  inject: (patient, chance) =>
    broken(chosen(patient, 'database', chance), (proxy) => {
      const { isHit, hits } = hitting(chance, 0.3, isCommit)
      proxy.cutAfter(isHit)
      return { detail: 'three COMMITs in ten were done without an answer', hits }
    }),
}

export const networkFaults: readonly Fault[] = [...general, lostCommit]
