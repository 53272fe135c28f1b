import { toast } from '../ui/toast-state.ts'
import { isCopiedText } from './copied-words.ts'
import { text } from './draft-text.ts'
import type { Uploads } from './uploads.ts'

/** Takes pictures from a picker, a drop or the clipboard into a draft, and says which of them were left out. */
export function takeFiles(uploads: Uploads, files: Iterable<File>): void {
  const { tooMany, others } = uploads.add(files)
  if (others > 0) toast({ text: text.value.others, tone: 'danger' })
  else if (tooMany > 0) toast({ text: text.value.tooMany(uploads.most), tone: 'danger' })
}

/** The files of a paste, which then is not one of text; none where words were copied. */
export function pastedFiles(event: ClipboardEvent): File[] {
  const copied = event.clipboardData
  const files = [...(copied?.files ?? [])]
  if (copied === null || files.length === 0 || isCopiedText(copied.getData('text/plain'), files)) return []
  event.preventDefault()
  return files
}
