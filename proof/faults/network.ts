import type { Fault, Injected, LinkName, Patient } from './fault.ts'
import { isCommit } from './mysql-packets.ts'
import type { Proxy } from './proxy.ts'
import type { Random } from './random.ts'

type Side = 'redis' | 'database' | 'nginx'
const sides: readonly Side[] = ['redis', 'database', 'nginx']

/** Share of the requests that are hit while connections are cut at them. */
const hitShare = 0.05

interface Break {
  name: string
  says: string
  lasts: Fault['lasts']
  weight?: number
  break(proxy: Proxy, random: Random): string
}

const breaks: readonly Break[] = [
  {
    name: 'cut',
    says: 'all its connections are reset at once',
    lasts: [0, 0],
    break: (proxy) => `${proxy.cut()} connections were reset`,
  },
  {
    name: 'cut before the request',
    says: 'every twentieth request does not arrive, and its connection is reset',
    lasts: [500, 3000],
    break(proxy, random) {
      proxy.cutBefore(() => random.isTrue(hitShare))
      return 'requests were cut before they arrived'
    },
  },
  {
    name: 'cut before the answer',
    says: 'every twentieth request arrives, but its answer does not: the connection is reset in its place',
    lasts: [500, 3000],
    weight: 2,
    break(proxy, random) {
      proxy.cutAfter(() => random.isTrue(hitShare))
      return 'requests arrived, and their answers were cut off'
    },
  },
  {
    name: 'slow',
    says: 'everything takes 20 to 400 ms longer each way',
    lasts: [1000, 5000],
    break(proxy, random) {
      const ms = random.whole(20, 400)
      proxy.delay(ms)
      return `everything took ${ms} ms longer each way`
    },
  },
  {
    name: 'black hole up',
    says: 'what is sent does not arrive, without anybody being told; it arrives late',
    lasts: [1000, 6000],
    break(proxy) {
      proxy.hold('up')
      return 'requests were swallowed and arrived late'
    },
  },
  {
    name: 'black hole down',
    says: 'what is answered does not arrive, without anybody being told; it arrives late',
    lasts: [1000, 6000],
    break(proxy) {
      proxy.hold('down')
      return 'answers were swallowed and arrived late'
    },
  },
  {
    name: 'half open',
    says: 'one end of each connection is gone, and the other one is not told',
    lasts: [1000, 6000],
    break(proxy, random) {
      const who = random.pick(['near lives', 'far lives'] as const)
      const count = proxy.halfOpen(who)
      return `of ${count} connections only the ${who === 'near lives' ? 'beginning' : 'far end'} was left`
    },
  },
  {
    name: 'down',
    says: 'no connection comes through',
    lasts: [500, 4000],
    break(proxy) {
      proxy.down()
      return 'no connection came through'
    },
  },
]

/** Of one process or of all of them at once: a service that nobody reaches is another fault than one that somebody does not reach. */
function chosen(patient: Patient, side: Side, random: Random): [LinkName, Proxy][] {
  const links = linksTo(patient, side)
  return links.length > 1 && random.isTrue(0.75) ? [random.pick(links)] : links
}

function linksTo({ links }: Patient, side: Side): [LinkName, Proxy][] {
  return [...links].filter(([name]) => name.endsWith(side))
}

function broken(links: readonly [LinkName, Proxy][], work: (proxy: Proxy) => string): Injected {
  const details = links.map(([name, proxy]) => `${name}: ${work(proxy)}`)
  return { detail: details.join('; '), heal: () => links.forEach(([, proxy]) => proxy.heal()) }
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
    inject: (patient, random) => broken(chosen(patient, side, random), (proxy) => one.break(proxy, random)),
  })),
)

const lostCommit: Fault = {
  name: 'to database: COMMIT answer lost',
  says: 'COMMITs arrive and are done, but who sent them is cut off before the answer',
  lasts: [500, 4000],
  weight: 2,
  missing: needsLink('database'),
  inject: (patient, random) =>
    broken(chosen(patient, 'database', random), (proxy) => {
      proxy.cutAfter((chunk) => isCommit(chunk) && random.isTrue(0.3))
      return 'three COMMITs in ten were done without an answer'
    }),
}

export const networkFaults: readonly Fault[] = [...general, lostCommit]
