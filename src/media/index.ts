export { pictureView } from './contract.ts'
export type { Media, MediaUse, PictureView } from './contract.ts'
