export const tones = 8

/** The same for a name everywhere and always: one of `tones` (FNV-1a over its letters). */
export function toneOf(username: string): number {
  let hash = 0x811c9dc5
  for (const letter of username.toLowerCase()) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0) % tones
}

/** Made when it is first needed: it takes longer than all that is asked of it. */
let segmenter: Intl.Segmenter | undefined
/** A letter or digit that nothing behind it can change: most names begin so. */
const plainStart = /^[\dA-Za-z가-힣](?=$|[\dA-Za-z가-힣 ])/

/** The first character as people see it: a flag or a family is one. */
export function initialOf(displayName: string, username: string): string {
  const name = displayName.trim() || username
  const [plain] = plainStart.exec(name) ?? []
  if (plain !== undefined) return plain.toLocaleUpperCase()
  segmenter ??= new Intl.Segmenter()
  const [first] = segmenter.segment(name)
  return first?.segment.toLocaleUpperCase() ?? '·'
}
