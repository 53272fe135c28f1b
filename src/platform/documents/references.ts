export interface Reference {
  $ref: string
}

/** What a document refers to within itself, as in `#/components/schemas/Room`, each once. */
export function referencesIn(part: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(part)) for (const one of part) referencesIn(one, found)
  else if (typeof part === 'object' && part !== null) {
    for (const [name, value] of Object.entries(part)) {
      if (name === '$ref' && typeof value === 'string') found.add(value)
      else referencesIn(value, found)
    }
  }
  return found
}

/** Those components that somebody refers to, from `users` or from another component that is used. */
export function usedOf<Component>(
  components: Readonly<Record<string, Component>>,
  options: { place: string; users: unknown },
): Record<string, Component> {
  const used = new Set<string>()
  const follow = (part: unknown): void => {
    for (const reference of referencesIn(part)) {
      const name = reference.startsWith(options.place) ? reference.slice(options.place.length) : undefined
      if (name === undefined || used.has(name) || !(name in components)) continue
      used.add(name)
      follow(components[name])
    }
  }
  follow(options.users)
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)))
}
