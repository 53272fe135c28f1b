import { html, prose } from '../documents/html.ts'
import type { Html } from '../documents/html.ts'
import type { JsonSchema } from '../json-schemas.ts'

interface Row {
  /** As in `pictures[].alt`. */
  name: string
  isRequired: boolean
  schema: JsonSchema
}

const deepest = 4

/** The members of an object, those of its members among them. */
export function schemaTable(schema: JsonSchema): Html {
  const rows = rowsOf(schema, '', 0)
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Member</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, isRequired, schema: member }) =>
          html`<tr>
            <td><code>${name}</code>${isRequired ? undefined : html` <small>optional</small>`}</td>
            <td>${typeOf(member)}</td>
            <td>${prose(meaningOf(member))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function rowsOf(schema: JsonSchema, above: string, depth: number): Row[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>
  const required = (schema['required'] ?? []) as string[]
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${above}${name}`
    const row = { name: path, isRequired: required.includes(name), schema: member }
    if (depth >= deepest) return [row]
    const inside = objectIn(member)
    return [row, ...(inside === undefined ? [] : rowsOf(inside.schema, `${path}${inside.suffix}`, depth + 1))]
  })
}

/** The object that a member is, holds a list of, or is unless it is null. */
function objectIn(schema: JsonSchema): { schema: JsonSchema; suffix: string } | undefined {
  if (schema['properties'] !== undefined) return { schema, suffix: '.' }
  const { items } = schema
  if (isSchema(items) && items['properties'] !== undefined) return { schema: items, suffix: '[].' }
  const choice = choicesOf(schema).find((one) => one['properties'] !== undefined)
  return choice === undefined ? undefined : { schema: choice, suffix: '.' }
}

function typeOf(schema: JsonSchema): Html {
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? ''
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if (schema['const'] !== undefined) return html`<code>${JSON.stringify(schema['const'])}</code>`
  if (Array.isArray(schema['enum']))
    return joined(schema['enum'].map((one) => html`<code>${JSON.stringify(one)}</code>`))
  const choices = choicesOf(schema)
  if (choices.length > 0) return joined(choices.map(typeOf))
  if (isSchema(schema['items'])) return html`list of ${typeOf(schema['items'])}`
  const { type } = schema
  return html`${Array.isArray(type) ? type.join(' or ') : String(type ?? 'anything')}`
}

function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html` or ${part}`))}`
}

function choicesOf(schema: JsonSchema): JsonSchema[] {
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']
  return Array.isArray(choices) ? choices.filter(isSchema) : []
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What was written about it, and its bounds. */
function meaningOf(schema: JsonSchema): string {
  const { description, minLength, maxLength, pattern, minItems, maxItems, format } = schema
  const default_ = schema['default']
  return [
    ...(typeof description === 'string' ? [`${description}.`.replace(/\.\.$/, '.')] : []),
    ...(format === 'date-time' ? ['RFC 3339, UTC.'] : []),
    ...(typeof maxLength === 'number' ? [`${Number(minLength ?? 0)} to ${maxLength} characters.`] : []),
    ...(typeof maxItems === 'number' ? [`${Number(minItems ?? 0)} to ${maxItems} of them.`] : []),
    ...(typeof pattern === 'string' && pattern.length < 60 ? [`Matches \`${pattern}\`.`] : []),
    ...(default_ === undefined ? [] : [`Without it \`${JSON.stringify(default_)}\`.`]),
  ].join(' ')
}
