/** Characters as the server counts them: code points, not halves of them. */
export function lengthOf(value: string): number {
  return Array.from(value).length
}
