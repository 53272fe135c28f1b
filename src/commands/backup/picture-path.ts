import path from 'node:path'
import type { StoredFile } from '../../media/index.ts'

/** Where the files of pictures lie in a backup. */
export const pathOfPicture = ({ shelf, name }: StoredFile): string => `pictures/${shelf}/${name.slice(0, 2)}/${name}`

/** The picture of a file: names of pictures have 22 characters; what comes behind says which file of it. */
export const pictureOf = (file: string): string => path.basename(file).slice(0, 22)
