import { faultOfSchema, schemaStand } from '../../migrations/index.ts'
import type { Sql } from '../../platform/mysql.ts'
import { CannotStart } from '../../platform/start.ts'

/** For who has the lock: nobody changes the tables meanwhile. Error: `CannotStart`. */
export async function requireOwnSchema(sql: Sql): Promise<void> {
  const fault = faultOfSchema({ ...(await schemaStand(sql)), holder: undefined })
  if (fault !== undefined) throw new CannotStart(fault)
}
