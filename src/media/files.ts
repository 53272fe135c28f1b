import { randomBytes } from 'node:crypto'
import type { PictureView } from './contract.ts'
import type { StoredFile } from './storage.ts'

/** The files of a picture, all of them found from its name alone. */

export type Rendition = keyof PictureView['urls']

const endings = { thumb: 'thumb.webp', feed: 'feed.webp', full: 'full.webp', jpeg: 'full.jpg' } as const
const allRenditions = Object.keys(endings) as Rendition[]

/** 128 random bits: who was not given the address of a picture does not find it. */
export function newName(): string {
  return randomBytes(16).toString('base64url')
}

/** As it was sent, with all that cameras write into pictures: never served. */
export function originalFile(name: string): StoredFile {
  return { shelf: 'private', name }
}

export function renditionFile(name: string, rendition: Rendition): StoredFile {
  return { shelf: 'public', name: `${name}.${endings[rendition]}` }
}

export function filesOf(name: string): StoredFile[] {
  return [...renditionsOf(name), originalFile(name)]
}

export function renditionsOf(name: string): StoredFile[] {
  return allRenditions.map((rendition) => renditionFile(name, rendition))
}

export function typeOfFile(file: string): string {
  if (file.endsWith('.webp')) return 'image/webp'
  return file.endsWith('.jpg') ? 'image/jpeg' : 'application/octet-stream'
}

export function urlsOf(baseUrl: string, name: string): PictureView['urls'] {
  const url = (rendition: Rendition): string => `${baseUrl}/${name}.${endings[rendition]}`
  return { thumb: url('thumb'), feed: url('feed'), full: url('full'), jpeg: url('jpeg') }
}

/** Of whatever file of a picture. */
export function nameOfFile(file: string): string {
  return file.slice(0, 22)
}
