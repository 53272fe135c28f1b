/**
 * Where the files of pictures are kept. `public` is served to everybody who knows a name; `private` to nobody.
 * File names are our own: letters, digits, `-`, `_` and `.`, at least two of the first four in front.
 */
export interface Storage {
  /** Whole or not at all, and lasting once this resolves; what was there under the name is replaced. */
  put(file: StoredFile, content: { bytes: Buffer; type: string }): Promise<void>
  /** Undefined when there is no such file. */
  get(file: StoredFile): Promise<Buffer | undefined>
  /** Files that are not there are no error. */
  remove(files: readonly StoredFile[]): Promise<void>
  /** All files of ours on a shelf whose name begins with these two characters. */
  list(shelf: Shelf, beginning: string): Promise<ListedFile[]>
  /** Whether there is no file on any shelf. */
  isEmpty(): Promise<boolean>
  /** A text that lies beside the shelves and says whose they are; undefined where none was set. */
  mark(): Promise<string | undefined>
  setMark(text: string): Promise<void>
  /** Removes what writers that died have left behind half done. */
  tidy(): Promise<void>
  close(): void
}

export type Shelf = 'public' | 'private'

export interface StoredFile {
  shelf: Shelf
  name: string
}

export interface ListedFile {
  name: string
  /** Since it was put, by the clock of the storage and ours. */
  ageMs: number
}

/** Beside the shelves. */
export const markName = 'madang.json'

/** A file never changes under its name, so nobody needs to ask for it twice. */
export const foreverCached = 'public, max-age=31536000, immutable'

/** What else lies beside our files is none of ours, and is left alone. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9_-]{2}[A-Za-z0-9_.-]*$/.test(name)
}

/** Throws for a name that might lead out of its shelf: that is a mistake in the code or a row changed behind our back, and no input. */
export function requireName(name: string): string {
  if (!isName(name)) throw new Error(`not the name of a file of ours: ${JSON.stringify(name)}`)
  return name
}
