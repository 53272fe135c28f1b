import { chunksOf } from './chunks.ts'

/**
 * Lists of ids in conditions that may grow long. MariaDB turns an IN of a thousand values and more into a subquery and forgets the
 * index it was told to use (`in_predicate_conversion_threshold`), so long lists are written as several. A list that is bounded is
 * written `IN (?)`, with the whole list as one binding.
 */
export interface Condition {
  text: string
  bindings: number[][]
}

const mostInOne = 500

/** `FALSE` for an empty list. */
export function among(column: string, ids: readonly number[]): Condition {
  const bindings = [...chunksOf(ids, mostInOne)]
  const text = bindings.length === 0 ? 'FALSE' : `(${bindings.map(() => `${column} IN (?)`).join(' OR ')})`
  return { text, bindings }
}

/** To be put behind other conditions; nothing when nobody is left out. */
export function notAmong(column: string, ids: ReadonlySet<number>): Condition {
  const bindings = [...chunksOf([...ids], mostInOne)]
  return { text: bindings.map(() => `AND ${column} NOT IN (?)`).join(' '), bindings }
}
