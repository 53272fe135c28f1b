import type { Picture } from '../api/types.ts'

/** Pixels within which each file lies; pictures are never enlarged (docs/protocol.md). */
const boxes = { thumb: 320, feed: 1080, full: 2048 } as const

/** The files of a picture by their widths, for `srcset`. */
export function srcsetOf({ width, height, urls }: Pick<Picture, 'width' | 'height' | 'urls'>): string {
  const widths = new Map<number, string>()
  for (const name of ['thumb', 'feed', 'full'] as const) {
    const scale = Math.min(1, boxes[name] / Math.max(width, height))
    const shown = Math.max(1, Math.round(width * scale))
    // A small picture is the same in all files: the first of a width will do.
    if (!widths.has(shown)) widths.set(shown, urls[name])
  }
  return [...widths].map(([shown, url]) => `${url} ${shown}w`).join(', ')
}
