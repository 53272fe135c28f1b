export const tones = 8

/** The same for a name everywhere and always: one of `tones` (FNV-1a over its letters). */
export function toneOf(username: string): number {
  let hash = 0x811c9dc5
  for (const letter of username.toLowerCase()) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0) % tones
}

/** The first character as people see it: a flag or a family is one. */
export function initialOf(displayName: string, username: string): string {
  const name = displayName.trim() || username
  const [first] = new Intl.Segmenter().segment(name)
  return first?.segment.toLocaleUpperCase() ?? '·'
}
