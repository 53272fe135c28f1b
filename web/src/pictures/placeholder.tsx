import { useEffect, useRef } from 'preact/hooks'
import { thumbHashToRGBA } from 'thumbhash'
import { whenNear } from './when-near.ts'

/**
 * The colors of a picture before its file is there, from its ThumbHash: painted, so that no `data:` address is needed. Painted once it is near
 * what is seen, since most pictures have come before anybody is.
 */
export function Placeholder({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { current } = canvas
    return current === null ? undefined : whenNear(current, () => paint(current, hash))
  }, [hash])
  return <canvas ref={canvas} class="picture-placeholder" width={32} height={32} aria-hidden="true" />
}

function paint(canvas: HTMLCanvasElement, hash: string): void {
  const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0))
  // Five bytes are the shortest there is; of a shorter one nothing can be shown, and the ground behind it will do.
  if (bytes.length < 5) return
  const { w, h, rgba } = thumbHashToRGBA(bytes)
  canvas.width = w
  canvas.height = h
  // So small a ground is quicker kept where it is written than where it is drawn.
  const ground = canvas.getContext('2d', { willReadFrequently: true })
  ground?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0)
}
