/** Where a key leads in a menu of these words, from the entry `at` (-1: none); undefined when it leads nowhere. */
export function nextPlace({
  key,
  at,
  words,
}: {
  key: string
  at: number
  words: readonly string[]
}): number | undefined {
  const count = words.length
  if (count === 0) return undefined
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at <= 0 ? count : at) - 1
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if (key.length !== 1 || key === ' ') return undefined
  const order = words.map((_, step) => (at + 1 + step) % count)
  return order.find((place) => words[place]?.trim().toLowerCase().startsWith(key.toLowerCase()))
}
