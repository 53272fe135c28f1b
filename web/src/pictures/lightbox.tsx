import './lightbox.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useModal } from '../ui/dialog.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import type { ShownPicture } from './shown-picture.ts'
import { PictureImage } from './picture-image.tsx'
import { srcsetOf } from './renditions.ts'
import { text } from './lightbox-text.ts'
import { useSwipe } from './use-swipe.ts'

export interface LightboxProps {
  pictures: readonly ShownPicture[]
  /** Which one is shown first. */
  start: number
  onClose: () => void
}

/** Pictures one at a time, as large as fits. Arrows, Home and End and a swipe lead through them, Esc leads back to where one was. */
export function Lightbox({ pictures, start, onClose }: LightboxProps) {
  const box = useModal()
  const [place, setPlace] = useState(start)
  const stage = useRef<HTMLDivElement>(null)
  const last = pictures.length - 1
  const shown = pictures[Math.min(place, last)]
  const go = (to: number): void => setPlace(Math.max(0, Math.min(last, to)))
  useSwipe(stage, { onBack: () => go(place - 1), onOn: () => go(place + 1) })
  usePreload(pictures[place + 1])
  if (shown === undefined) return null

  function onKeyDown(event: KeyboardEvent): void {
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    go(to)
  }

  return (
    <dialog
      ref={box}
      class="lightbox"
      aria-label={text.value.lightbox}
      onKeyDown={onKeyDown}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header class="lightbox-bar">
        <p class="lightbox-place" aria-live="polite">
          {pictures.length > 1 && text.value.place(place + 1, pictures.length)}
        </p>
        {shown.state === 'ready' && (
          <a
            class="lightbox-original"
            href={shown.urls.jpeg}
            target="_blank"
            rel="noopener"
            aria-label={text.value.original}
            title={text.value.original}
          >
            <Icon name="external" />
          </a>
        )}
        <IconButton icon="close" label={text.value.close} onClick={onClose} autofocus />
      </header>
      {/* The ground around the picture closes, as everywhere; the ✕ and Esc say so to the others. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div ref={stage} class="lightbox-stage" onClick={(event) => event.target === event.currentTarget && onClose()}>
        <figure
          key={shown.id}
          class="lightbox-figure"
          style={{ '--width': String(shown.width), '--height': String(shown.height) }}
        >
          <PictureImage picture={shown} alt={shown.alt} sizes="100vw" isWhole isEager />
        </figure>
      </div>
      {last > 0 && (
        <>
          <Turn icon="chevron-left" label={text.value.previous} isEnd={place === 0} onClick={() => go(place - 1)} />
          <Turn icon="chevron-right" label={text.value.next} isEnd={place === last} onClick={() => go(place + 1)} />
        </>
      )}
      {shown.alt !== '' && (
        <p class="lightbox-alt" dir="auto">
          {shown.alt}
        </p>
      )}
    </dialog>
  )
}

interface TurnProps {
  icon: 'chevron-left' | 'chevron-right'
  label: string
  /** Leads nowhere; it stays, since it may have the focus. */
  isEnd: boolean
  onClick: () => void
}

function Turn({ isEnd, ...rest }: TurnProps) {
  return <IconButton {...rest} aria-disabled={isEnd || undefined} class={`lightbox-turn lightbox-${rest.icon}`} />
}

/** The next one is there before it is asked for. */
function usePreload(picture: ShownPicture | undefined): void {
  useEffect(() => {
    if (picture?.state !== 'ready') return
    const image = new Image()
    image.sizes = '100vw'
    image.srcset = srcsetOf(picture)
  }, [picture])
}
