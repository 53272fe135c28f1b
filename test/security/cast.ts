import { call } from '../accounts/client.ts'
import type { Stack } from '../support/stack.ts'

/** Who asks, in the order of the columns of the matrix. */
export const askers = ['anonymous', 'member', 'mentor', 'admin', 'blocked', 'blockedAdmin'] as const
export type Asker = (typeof askers)[number]

export interface Player {
  username: string
  token: string
}

export interface Cast {
  origin: string
  /** Undefined for nobody. */
  player(asker: Asker): Player | undefined
  /** A mentor to whom most of what is another's belongs. She has blocked the askers *blocked* and *blockedAdmin*. */
  alice: Player
  /** A member who sits in rooms, and stands in no relation to the askers. */
  carol: Player
  /** A mentor who opens the rooms in which members sit. */
  dave: Player
  /** The same person under another session. */
  again(player: Player): Promise<Player>
  /** Somebody new with the same role, for what one does to oneself. */
  standIn(asker: Asker): Promise<Player>
}

const roleOf = {
  anonymous: 'member',
  member: 'member',
  mentor: 'mentor',
  admin: 'admin',
  blocked: 'member',
  blockedAdmin: 'admin',
}

const password = 'correct horse battery'

export async function gather(stack: Stack): Promise<Cast> {
  const origin = stack.serverAddress('server-1')
  const enter = async (username: string, role = 'member'): Promise<Player> => {
    const reply = await call(origin, 'POST /v1/accounts', { body: { username, password, tokens: 'body' } })
    await stack.world.sql('accounts').where({ username }).update({ role })
    return { username, token: String(reply.body['accessToken']) }
  }
  let standIns = 0
  const [alice, carol, dave] = [await enter('alice', 'mentor'), await enter('carol'), await enter('dave', 'mentor')]
  const players = new Map<Asker, Player>([
    ['member', await enter('bob')],
    ['mentor', await enter('mina', roleOf.mentor)],
    ['admin', await enter('ada', roleOf.admin)],
    ['blocked', await enter('frank')],
    ['blockedAdmin', await enter('grace', roleOf.blockedAdmin)],
  ])
  for (const asker of ['blocked', 'blockedAdmin'] as const) {
    await call(origin, `PUT /v1/people/${players.get(asker)?.username}/block`, { token: alice.token })
  }
  return {
    ...{ origin, alice, carol, dave },
    standIn: (asker) => enter(`stand_in_${(standIns += 1)}`, roleOf[asker]),
    player: (asker) => players.get(asker),
    async again({ username }) {
      const reply = await call(origin, 'POST /v1/sessions', { body: { username, password, tokens: 'body' } })
      return { username, token: String(reply.body['accessToken']) }
    },
  }
}
