/** Parts of at most so many, in their order: a statement stays of a size that any server takes. */
export function* chunksOf<T>(items: readonly T[], most: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += most) yield items.slice(from, from + most)
}
