import { z } from 'zod'

/** JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>

/**
 * The schemas of one document. Those with an id (`.meta({ id })`) are written once, under `components`, and referred to;
 * an id that stands for two different schemas is an error.
 */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {}

  /** What goes in is described as it is sent, what comes out as it is received. */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs: shared = {}, ...own } = z.toJSONSchema(schema, { io, override: withoutLongPatterns })
    for (const [id, component] of Object.entries(shared)) this.add(id, relocated(component) as JsonSchema)
    return relocated(own) as JsonSchema
  }

  add(id: string, component: JsonSchema): void {
    const known = this.components[id]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(component)) {
      throw new Error(`two different schemas have the id ${id}`)
    }
    this.components[id] = component
  }
}

/** A format says as much as a pattern of 300 characters. */
function withoutLongPatterns({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time' || jsonSchema.format === 'uuid') delete jsonSchema.pattern
}

/** `$defs` of one schema become components of the document. */
function relocated(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(relocated)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([name, value]): [string, unknown] =>
      name === '$ref' && typeof value === 'string'
        ? [name, value.replace('#/$defs/', '#/components/schemas/')]
        : [name, relocated(value)],
    ),
  )
}
