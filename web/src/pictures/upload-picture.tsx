import { FilePreview } from './file-preview.tsx'
import { PictureImage } from './picture-image.tsx'
import type { Upload } from './uploads.ts'

/** A picture of a draft: from the file while it is at hand, else from the server. */
export function UploadPicture({ item }: { item: Pick<Upload, 'file' | 'picture' | 'alt'> }) {
  if (item.file !== undefined) return <FilePreview file={item.file} />
  return item.picture === undefined ? null : <PictureImage picture={item.picture} alt={item.alt} sizes="9rem" />
}
