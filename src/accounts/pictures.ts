import type { PictureUrls } from './account.ts'

/** The addresses of a picture by its name. Media makes them, one floor above: the root passes that in. */
export type PictureUrlsOf = (name: string) => PictureUrls

/** A profile as it is shown. Without media nobody has a picture. */
export function withPicture<T extends { pictureName: string | undefined }>(
  urlsOf: PictureUrlsOf | undefined,
  { pictureName, ...stored }: T,
): Omit<T, 'pictureName'> & { picture: PictureUrls | undefined } {
  return { ...stored, picture: pictureName === undefined ? undefined : urlsOf?.(pictureName) }
}
