import type { PictureView } from './contract.ts'
import { urlsOf } from './files.ts'
import type { Picture } from './store.ts'

/** Undefined for a picture that is not there yet, or no more. */
export function presentPicture(baseUrl: string, picture: Picture): PictureView | undefined {
  const { id, state, width, height, placeholder, name } = picture
  if (state === 'uploading' || state === 'released') return undefined
  return { id: String(id), state, width, height, placeholder, urls: urlsOf(baseUrl, name) }
}
