import { useRef } from 'preact/hooks'
import { IconButton } from '../ui/button.tsx'
import { text } from './draft-text.ts'

/** Opens the picker of the system for pictures, several at once. */
export function PicturePicker({ onFiles, isFull = false }: { onFiles: (files: File[]) => void; isFull?: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton icon="picture" label={text.value.add} isDisabled={isFull} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])])
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
