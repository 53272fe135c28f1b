import type { Earlier } from './earlier.ts'

/** What the files of a backup are copied with. */
export interface Copying {
  folder: string
  earlier: Earlier | undefined
  onFile: () => void
  /** Hears the path of each file of the earlier backup that is not what was written there: it is copied anew. */
  onDamaged: (file: string) => void
  /** Hears the name of each transcript and picture that this backup has, and the installation no longer. */
  onGoneHere: (name: string) => void
  /** Hears the name of each transcript that the installation cannot read, though its folder answers, and what the system says of it. */
  onUnreadable: (name: string, code: string) => void
}
