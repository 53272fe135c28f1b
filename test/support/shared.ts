import type { TestFn } from 'ava'

/** What all tests of a file share, opened before the first of them. */
export function sharedBy<T>(test: TestFn, name: string, open: () => Promise<T>): () => T {
  let shared: { value: T } | undefined
  test.serial.before(`${name} is opened`, async () => {
    shared = { value: await open() }
  })
  return () => {
    if (shared === undefined) throw new Error(`${name} is opened before the first test`)
    return shared.value
  }
}
