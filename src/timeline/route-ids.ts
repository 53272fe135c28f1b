import { z } from 'zod'
import { idPattern, parseId } from '../platform/ids.ts'

/** The id of something in a path or a body. */
export function idOf<Id extends number>(what: string) {
  return z
    .string()
    .transform((text, context): Id => {
      const id = parseId<Id>(text)
      if (id !== undefined) return id
      context.addIssue({ code: 'custom', message: `Not the id of ${what}`, params: { code: 'bad_id' } })
      return z.NEVER
    })
    .meta({ description: `Id of ${what}`, pattern: idPattern.source })
}
