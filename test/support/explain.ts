import { selectRows } from '../../src/platform/mysql.ts'
import type { Binding, Sql } from '../../src/platform/mysql.ts'

/** One table of a plan; `key` is the index that is read, `type` how, `extra` what is done besides. */
export interface PlanStep {
  table: string
  key: string | null
  type: string
  extra: string
}

/** How the database would run a SELECT. The format is named because MySQL and MariaDB have different ones by default. */
export async function explain(sql: Sql, text: string, bindings: readonly Binding[] = []): Promise<PlanStep[]> {
  const rows = await selectRows<Record<string, string | null>>(sql, `EXPLAIN FORMAT=TRADITIONAL ${text}`, bindings)
  return rows.map(({ table, key, type, Extra }) => ({
    table: table ?? '',
    key: key ?? null,
    type: type ?? '',
    extra: Extra ?? '',
  }))
}
