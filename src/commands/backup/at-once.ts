/** Works on all items, in portions as they come and so many at once; the first failure is what this rejects with. */
export async function eachOf<T>(
  portions: AsyncIterable<readonly T[]>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for await (const portion of portions) {
    const waiting = [...portion]
    const workOnNext = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, portion.length) }, workOnNext))
  }
}
