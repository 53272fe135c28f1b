import type { RawValue } from '../../platform/mysql-rows.ts'

/**
 * The rows of a table as text, a line each, as `LOAD DATA` reads them without any further words and `mysqldump --tab` writes them: fields
 * behind tabs, `\\`, `\t`, `\n` and `\0` for what would be in the way, `\N` for NULL. Bytes stand as they are, so that lines are of
 * latin1 here, whatever the columns hold.
 */

export function encodeRow(values: readonly RawValue[]): string {
  return `${values.map(encodeValue).join('\t')}\n`
}

const special = /[\\\t\n\0]/
const written: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' }
const read: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', '0': '\0' }

function encodeValue(value: RawValue): string {
  if (value === null) return '\\N'
  const text = value.toString('latin1')
  return special.test(text) ? text.replaceAll(/[\\\t\n\0]/g, (character) => written[character] ?? '') : text
}

/** The fields of a line without its end, of latin1. Throws for what no backup of ours holds. */
export function decodeRow(line: string): (string | null)[] {
  return line.split('\t').map((field) => {
    if (field === '\\N') return null
    return field.includes('\\') ? field.replaceAll(/\\(.?)/gs, (_all, character: string) => unescape(character)) : field
  })
}

function unescape(character: string): string {
  const meant = read[character]
  if (meant === undefined) throw new Error('not a row of a backup')
  return meant
}

/** Lines without their ends. What comes behind the last end is no line: the file was cut. */
export async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
  if (rest !== '') throw new Error('it ends in the middle of a row')
}
