import { mysqlErrno } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'
import { noteApplied, noteBegun, noteEnded, noteSteps, whatIsUnderWay } from './record.ts'

/** What a migration has of the database: its statements, each awaited before the next, the same ones in each run. */
export interface Statements {
  raw(text: string, bindings?: readonly (string | number)[]): PromiseLike<unknown>
}

export interface Migration {
  up(sql: Statements): Promise<void>
  down(sql: Statements): Promise<void>
}

/** What a statement is refused with that has been done before. */
const thereAlready = new Set([
  1050, // table exists
  1060, // doubled column
  1061, // doubled key
  1062, // doubled row
  1091, // what is to be dropped is not there
])

/**
 * Applies one migration, or the rest of one whose process died. The database commits each change of a table by itself, so each statement
 * is noted before and after it: of the one at which a process died it is not known whether it was done, and that one alone may have been.
 */
export async function applyMigration(sql: Sql, name: string, migration: Migration): Promise<void> {
  const begun = (await whatIsUnderWay(sql)).find((work) => work.name === name)
  if (begun === undefined) await noteBegun(sql, name)
  await migration.up(goingOn(sql, name, begun ?? { steps: 0, trying: 0 }))
  await noteApplied(sql, name)
  await noteEnded(sql, name)
}

function goingOn(sql: Sql, name: string, { steps, trying }: { steps: number; trying: number }): Statements {
  let step = 0
  return {
    async raw(text, bindings = []) {
      step += 1
      if (step <= steps) return
      await noteSteps(sql, name, { steps: step - 1, trying: step })
      await orThereAlready(step === trying, async () => {
        try {
          await sql.raw(text, bindings)
        } catch (error) {
          // Refused, and so certainly not done. Where not even this can be written down it stays in doubt.
          await noteSteps(sql, name, { steps: step - 1, trying: 0 }).catch(() => undefined)
          throw error
        }
      })
      await noteSteps(sql, name, { steps: step, trying: 0 })
    },
  }
}

async function orThereAlready(isInDoubt: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isInDoubt || !thereAlready.has(mysqlErrno(error) ?? 0)) throw error
  }
}
