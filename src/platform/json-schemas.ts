import { z } from 'zod'

/** A schema in the dialect of its document. */
export type JsonSchema = Record<string, unknown>

/** OpenAPI 3.1 speaks JSON Schema 2020-12, AsyncAPI 3.0 speaks draft 07. */
export type Dialect = 'draft-2020-12' | 'draft-07'

/**
 * The schemas of one document. Those with an id (`.meta({ id })`) are written once, under `components`, and referred to;
 * an id that stands for two different schemas is an error.
 */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {}
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** What goes in is described as it is sent, what comes out as it is received. */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const written: JsonSchema = z.toJSONSchema(schema, { io, target: this.#dialect, override: withoutLongPatterns })
    const { $schema: _, $defs = {}, definitions = $defs, ...own } = written
    for (const [id, component] of Object.entries(definitions as Record<string, JsonSchema>)) {
      this.add(id, relocated(withoutId(component)) as JsonSchema)
    }
    return relocated(withoutId(own)) as JsonSchema
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

/** The name under which it stands is its id; as a keyword it meant something else once, and checkers refuse it. */
function withoutId(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== 'id'))
}

/** Definitions of one schema become components of the document. */
function relocated(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(relocated)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([name, value]): [string, unknown] =>
      name === '$ref' && typeof value === 'string'
        ? [name, value.replace(/^#\/(?:\$defs|definitions)\//, '#/components/schemas/')]
        : [name, relocated(value)],
    ),
  )
}
