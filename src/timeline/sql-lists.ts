/**
 * Lists of ids in conditions. MariaDB turns an IN of a thousand values and more into a subquery and forgets the index it was told to
 * use (`in_predicate_conversion_threshold`), so long lists are written as several.
 */

export interface Condition {
  text: string
  bindings: number[]
}

const mostInOne = 500

export function among(column: string, ids: readonly number[]): Condition {
  const parts = chunksOf(ids).map((chunk) => `${column} IN (${chunk.map(() => '?').join(', ')})`)
  return { text: parts.length === 0 ? 'FALSE' : `(${parts.join(' OR ')})`, bindings: [...ids] }
}

/** To be put behind other conditions; nothing when nobody is left out. */
export function notAmong(column: string, ids: ReadonlySet<number>): Condition {
  const chunks = chunksOf([...ids])
  const parts = chunks.map((chunk) => `AND ${column} NOT IN (${chunk.map(() => '?').join(', ')})`)
  return { text: parts.join(' '), bindings: chunks.flat() }
}

function chunksOf(ids: readonly number[]): number[][] {
  const count = Math.ceil(ids.length / mostInOne)
  return Array.from({ length: count }, (_, nth) => ids.slice(nth * mostInOne, (nth + 1) * mostInOne))
}
