import './picture-crop.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { middleSquare, mostZoom, moved, zoomed } from './square.ts'
import type { Square } from './square.ts'
import { text } from './settings-text.ts'

/** Width and height of what is sent: as much as the largest place of a profile's picture needs. */
const sentPx = 1024
const shownPx = 640

export interface PictureCropProps {
  picture: ImageBitmap
  onClose: () => void
  /** The chosen square, as a file to send. */
  onChoose: (file: Blob) => void
}

/** Chooses the square of a picture by dragging and by sliders. */
export function PictureCrop({ picture, onClose, onChoose }: PictureCropProps) {
  const words = text.value
  const [square, setSquare] = useState(() => middleSquare(picture))
  const [zoom, setZoom] = useState(1)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => draw(canvas.current, picture, square), [picture, square])

  /** By so many pixels of the screen. */
  function drag(x: number, y: number): void {
    const scale = square.side / (canvas.current?.clientWidth || shownPx)
    setSquare((before) => moved(before, { x: x * scale, y: y * scale }, picture))
  }
  function zoomTo(next: number): void {
    setZoom(next)
    setSquare((before) => zoomed(before, next, picture))
  }

  const footer = (
    <>
      <Button onClick={onClose}>{words.cancel}</Button>
      <Button look="main" onClick={() => void fileOf(picture, square).then(onChoose)}>
        {words.takePicture}
      </Button>
    </>
  )
  return (
    <Dialog title={words.cropTitle} size="small" onClose={onClose} footer={footer}>
      <div class="picture-crop">
        <canvas
          ref={canvas}
          class="picture-crop-view"
          width={shownPx}
          height={shownPx}
          aria-hidden="true"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(-event.movementX, -event.movementY)
          }}
        />
        <p class="picture-crop-hint">{words.cropHint}</p>
        <Slider label={words.zoom} value={zoom} least={1} most={mostZoom} onInput={zoomTo} isFirst />
        {/* What dragging does, for who does not drag: to be seen once the focus is there. */}
        <div class="picture-crop-places">
          <Slider
            label={words.cropAcross}
            value={square.left}
            most={picture.width - square.side}
            onInput={(left) => setSquare({ ...square, left })}
          />
          <Slider
            label={words.cropDown}
            value={square.top}
            most={picture.height - square.side}
            onInput={(top) => setSquare({ ...square, top })}
          />
        </div>
      </div>
    </Dialog>
  )
}

interface SliderProps {
  label: string
  value: number
  least?: number
  most: number
  onInput: (value: number) => void
  /** Where the focus begins. */
  isFirst?: boolean
}

function Slider({ label, value, least = 0, most, onInput, isFirst = false }: SliderProps) {
  return (
    <label class="picture-crop-slider">
      <span class="field-label">{label}</span>
      <input
        type="range"
        autofocus={isFirst}
        min={least}
        max={most}
        step={(most - least) / 60 || 1}
        value={value}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </label>
  )
}

function draw(canvas: HTMLCanvasElement | null, picture: ImageBitmap, { left, top, side }: Square): void {
  const context = canvas?.getContext('2d')
  if (canvas === null || context === null || context === undefined) return
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height)
}

function fileOf(picture: ImageBitmap, square: Square): Promise<Blob> {
  const canvas = document.createElement('canvas')
  const px = Math.min(sentPx, Math.round(square.side))
  canvas.width = px
  canvas.height = px
  draw(canvas, picture, square)
  return new Promise((resolve, reject) => {
    canvas.toBlob((file) => (file === null ? reject(new Error('no picture')) : resolve(file)), 'image/jpeg', 0.92)
  })
}
