/** The square of a picture that becomes a profile's, in pixels of the picture. */
export interface Square {
  left: number
  top: number
  side: number
}
export interface Size {
  width: number
  height: number
}

export const mostZoom = 4

/** The middle of the picture, as large as fits. */
export function middleSquare({ width, height }: Size): Square {
  const side = Math.min(width, height)
  return { left: (width - side) / 2, top: (height - side) / 2, side }
}

/** Moved by so many pixels of the picture, and kept inside it. */
export function moved(square: Square, by: { x: number; y: number }, picture: Size): Square {
  return kept({ ...square, left: square.left + by.x, top: square.top + by.y }, picture)
}

/** `zoom` 1 is as large as fits, `mostZoom` the smallest part; the middle of the square stays where it is. */
export function zoomed(square: Square, zoom: number, picture: Size): Square {
  const side = Math.min(picture.width, picture.height) / Math.min(mostZoom, Math.max(1, zoom))
  const by = (square.side - side) / 2
  return kept({ left: square.left + by, top: square.top + by, side }, picture)
}

function kept({ left, top, side }: Square, { width, height }: Size): Square {
  return { left: within(left, width - side), top: within(top, height - side), side }
}

function within(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}
