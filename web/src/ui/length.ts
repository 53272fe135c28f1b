/** Characters as the server counts them: code points in normal form C, in which a Korean syllable is one, however it was typed. */
export function lengthOf(value: string): number {
  return Array.from(value.normalize('NFC')).length
}
