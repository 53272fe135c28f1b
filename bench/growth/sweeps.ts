import type { Sweep } from './contract.ts'
import { history } from './history.ts'
import { sockets, streams } from './idle.ts'
import { posts } from './posts.ts'
import { storing } from './storing.ts'
import { listeners, rooms } from './talk.ts'

/** All that may grow, in the order in which the README shows them. */
export const sweeps: readonly Sweep[] = [listeners, rooms, storing, history, posts, sockets, streams]
