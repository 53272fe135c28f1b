import type { Picture } from '../api/types.ts'

export type ShownPicture = Picture & { alt: string }
