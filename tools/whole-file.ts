import { renameSync, writeFileSync } from 'node:fs'

/** Writes a file that others may read at any moment: they see the old content or the new, never a part. */
export function writeWhole(file: string, content: string, mode = 0o600): void {
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, content, { mode })
  renameSync(fresh, file)
}
