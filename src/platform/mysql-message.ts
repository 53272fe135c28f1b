import { repeatsNoValue } from './mysql-errors.ts'

/** A text in quotation marks; no word like *doesn't*. */
const quotation = /(?<![\p{L}\p{N}])'/gu
/** What stands before the name of a thing, as `column 'text'`, and before the host of an account. */
const beforeName =
  /(?:\b(?:column|key|index|table|field|database|constraint|user|function|procedure|trigger|variable|set|engine|option) |@)$/i
/** Where MySQL ends behind a value: with the key or the column that it was meant for, and the row or line. */
const ending = /(?: for (?:key|column|function) (?:'[^']*'|`[^`]*`(?:\.`[^`]*`)*|[\w.]+))?(?: at (?:row|line) \d+)?$/

/**
 * What MySQL or MariaDB say of an error, without what people wrote: *Duplicate entry 'alice' for key 'accounts.username'* becomes *Duplicate entry '…'
 * for key 'accounts.username'*. A value is repeated as it is, with whatever quotation marks are in it: all is cut from the first text in quotation marks that
 * is no name to the words with which such a message ends. Errors that repeat no value, by their number, are left whole.
 */
export function withoutValues(message: string, errno?: unknown): string {
  if (repeatsNoValue(errno)) return message
  quotation.lastIndex = 0
  for (let found = quotation.exec(message); found !== null; found = quotation.exec(message)) {
    const head = message.slice(0, found.index)
    if (!beforeName.test(head)) return `${head}'…'${endingOf(message.slice(found.index))}`
    const end = message.indexOf("'", found.index + 1)
    if (end === -1) return message
    quotation.lastIndex = end + 1
  }
  return message
}

function endingOf(rest: string): string {
  return ending.exec(rest)?.[0] ?? ''
}
