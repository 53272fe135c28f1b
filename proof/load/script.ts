import type { Chance } from '../chance.ts'
import { someEmoji, somethingToSay, tooLong } from './texts.ts'

/** Something that happens in a room, `afterMs` behind what happened before. Who is named by a number among those who belong to the room. */
export type Step = { afterMs: number } & Happening

/** `way` chooses from 0 to 1 over which connection it goes first. */
export interface Line {
  who: number
  body: string
  way: number
}

type Happening =
  | ({ what: 'say' } & Line)
  | { what: 'burst'; said: readonly Line[] }
  /** `which` picks one of those that can be amended, from 0 to 1. */
  | { what: 'edit'; who: number; which: number; body: string }
  | { what: 'delete'; who: number; which: number }
  | { what: 'react'; who: number; which: number; emoji: string }
  /** Away for a while, and back. */
  | { what: 'leave' | 'kick'; who: number; forMs: number }
  /** The connection breaks. */
  | { what: 'cut'; who: number }
  /** Comes back with a place from this share of what it remembers. */
  | { what: 'rewind'; who: number; which: number }
  /** Reads nothing for a while. */
  | { what: 'slow'; who: number; forMs: number }

export interface ScriptOptions {
  people: number
  messagesPerSecond: number
}

const mostInBurst = 30
const tooLongShare = 0.005

/** All that ever happens in a room, without an end: the same for the same chance, whatever the system does. */
export function* scriptOf(chance: Chance, options: ScriptOptions): Generator<Step, never> {
  const rates = ratesOf(options.messagesPerSecond)
  const perSecond = Object.values(rates).reduce((sum, rate) => sum + rate, 0)
  for (;;) yield { afterMs: chance.waitMs(perSecond), ...happening(chance, chance.weighed(rates), options.people) }
}

/** Times a second. What amends goes with what is said; what breaks goes with the time. */
function ratesOf(messagesPerSecond: number): Record<Happening['what'], number> {
  return {
    say: messagesPerSecond,
    burst: 0.05,
    edit: 0.03 * messagesPerSecond,
    delete: 0.02 * messagesPerSecond,
    react: 0.04 * messagesPerSecond,
    leave: 0.15,
    kick: 0.1,
    cut: 0.2,
    rewind: 0.2,
    slow: 0.15,
  }
}

function happening(chance: Chance, what: Happening['what'], people: number): Happening {
  const who = (): number => chance.whole(0, people - 1)
  switch (what) {
    case 'say':
      return { what, ...lineOf(chance, people) }
    case 'burst':
      return { what, said: burstOf(chance, people) }
    case 'edit':
      return { what, who: who(), which: chance.next(), body: somethingToSay(chance) }
    case 'delete':
    case 'rewind':
      return { what, who: who(), which: chance.next() }
    case 'react':
      return { what, who: who(), which: chance.next(), emoji: someEmoji(chance) }
    case 'leave':
    case 'kick':
      return { what, who: who(), forMs: chance.whole(20, 1500) }
    case 'cut':
      return { what, who: who() }
    case 'slow':
      return { what, who: who(), forMs: chance.whole(200, 3000) }
    default:
      return what satisfies never
  }
}

/** Lines of many people in the same moment. */
export function burstOf(chance: Chance, people: number): Line[] {
  return Array.from({ length: chance.whole(5, mostInBurst) }, () => lineOf(chance, people))
}

function lineOf(chance: Chance, people: number): Line {
  const body = chance.is(tooLongShare) ? tooLong(chance) : somethingToSay(chance)
  return { who: chance.whole(0, people - 1), body, way: chance.next() }
}
