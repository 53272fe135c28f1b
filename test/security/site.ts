import type { TestFn } from 'ava'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { isJson } from '../support/contract.ts'
import { sharedBy } from '../support/shared.ts'
import { stackOf } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { gather } from './cast.ts'
import type { Cast, Player } from './cast.ts'
import { matrix } from './matrix.ts'
import { fill, routesOf } from './routes.ts'
import type { ServedRoute } from './routes.ts'
import { generousLimits } from './settings.ts'
import { checksums, quietChecksums } from './tables.ts'
import { missing, missingSession, thingsOf } from './things.ts'
import type { Parts } from './things.ts'

export interface Asking {
  player?: Player
  headers?: Record<string, string>
  body?: string
}

/** A running Madang, the people who try it, and all its routes. */
export class Site {
  readonly stack: Stack
  readonly cast: Cast
  readonly routes: readonly ServedRoute[]
  readonly things: ReturnType<typeof thingsOf>
  readonly #redis: Redis

  private constructor(stack: Stack, cast: Cast, routes: readonly ServedRoute[]) {
    this.stack = stack
    this.cast = cast
    this.routes = routes
    this.things = thingsOf(cast)
    const { REDIS_URL: url } = stack.world.config
    this.#redis = connectRedis({ url, purpose: 'commands', name: 'test', onError: () => undefined })
    stack.world.atEnd(() => closeRedis(this.#redis))
  }

  static async open(stack: Stack): Promise<Site> {
    const cast = await gather(stack)
    return new Site(stack, cast, await routesOf(cast.origin))
  }

  async ask(line: string, { player, headers, body }: Asking = {}) {
    const [method = '', path = ''] = line.split(' ')
    const answer = await fetch(`${this.cast.origin}${path}`, {
      method,
      headers: { ...(player === undefined ? {} : { authorization: `Bearer ${player.token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const hasJson = isJson(answer.headers.get('content-type') ?? '')
    if (!hasJson) await answer.body?.cancel()
    return { answer, body: hasJson ? ((await answer.json()) as Record<string, unknown>) : {} }
  }

  /** The parts of a route's path as they lead to something of this player's. */
  async ownParts(route: ServedRoute, player: Player): Promise<Parts> {
    const about = matrix[route.line]?.about
    return about === undefined ? {} : this.things[about](player, 'own')
  }

  /** A path of this route that leads to nothing. */
  nowhere(route: ServedRoute): string {
    return fill(route.path, matrix[route.line]?.about === 'session' ? missingSession : missing)
  }

  checksums(): Promise<Record<string, unknown>> {
    return checksums({ sql: this.stack.world.sql, redis: this.#redis })
  }

  /** Once the workers have nothing left to do with what was asked for before. */
  quietChecksums(): Promise<Record<string, unknown>> {
    return quietChecksums({ sql: this.stack.world.sql, redis: this.#redis })
  }
}

/** A site for all tests of a file, whose servers and worker may do no more with MySQL and Redis than those of a real one. */
export function siteOf(test: TestFn): () => Site {
  const stack = stackOf(test, generousLimits, { hasLeastPrivilege: true })
  return sharedBy(test, 'the site', () => Site.open(stack()))
}
