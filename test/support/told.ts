import type { Sql } from '../../src/platform/mysql.ts'

export interface ToldEvent {
  type: string
  data: Record<string, unknown>
  audience: number | null
  actor: number | null
}

/** What the stream was told of a room, in order of the telling, whoever it is for. */
export async function toldOf(sql: Sql, room: string): Promise<ToldEvent[]> {
  const rows = await sql('events').where({ topic: 'rooms' }).orderBy('id').select<(ToldEvent & { data: string })[]>()
  return rows
    .map(({ type, data, audience, actor }) => ({
      ...{ type, audience, actor },
      data: JSON.parse(data) as Record<string, unknown>,
    }))
    .filter(({ data }) => data['id'] === room)
}
