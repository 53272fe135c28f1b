import './drop-ground.css'
import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { text } from './draft-text.ts'

/** Takes files that are dropped on what is in it. */
export function DropGround({ onFiles, children }: { onFiles: (files: File[]) => void; children: ComponentChildren }) {
  const [isOver, setOver] = useState(false)
  // Entering a child is told before leaving its parent.
  const depth = useRef(0)
  const leave = (): void => {
    depth.current = 0
    setOver(false)
  }
  return (
    <div
      class="drop-ground"
      data-over={isOver || undefined}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return
        depth.current += 1
        setOver(true)
      }}
      onDragLeave={() => {
        depth.current -= 1
        if (depth.current <= 0) leave()
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault()
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        leave()
        onFiles([...(event.dataTransfer?.files ?? [])])
      }}
    >
      {children}
      {isOver && <p class="drop-ground-words">{text.value.dropHere}</p>}
    </div>
  )
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true
}
