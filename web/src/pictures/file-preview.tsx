import { useEffect, useRef } from 'preact/hooks'

const previewPixels = 360

/** A file that is being sent, in small: painted, so that ten large pictures take the memory of ten small ones. */
export function FilePreview({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let isGone = false
    const paint = async (): Promise<void> => {
      const bitmap = await createImageBitmap(file, { resizeWidth: previewPixels, resizeQuality: 'medium' })
      if (!isGone && canvas.current !== null) {
        canvas.current.width = bitmap.width
        canvas.current.height = bitmap.height
        canvas.current.getContext('2d')?.drawImage(bitmap, 0, 0)
      }
      bitmap.close()
    }
    // What this browser cannot show the server may still take, or will refuse with a reason.
    paint().catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [file])
  return <canvas ref={canvas} class="tray-preview" width={1} height={1} aria-hidden="true" />
}
