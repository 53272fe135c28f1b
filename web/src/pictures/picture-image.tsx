import './picture-image.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Picture } from '../api/types.ts'
import { Icon } from '../ui/icon.tsx'
import { useRecoveryOf } from '../ui/recovery.ts'
import { Placeholder } from './placeholder.tsx'
import { srcsetOf } from './renditions.ts'
import { text } from './text.ts'

export interface PictureImageProps {
  picture: Picture
  alt: string
  /** How wide it is shown, as in `sizes` of an `<img>`. */
  sizes: string
  /** Whole, with ground around it, and not filling its place. */
  isWhole?: boolean
  /** Loaded at once and not when it comes near. */
  isEager?: boolean
}

/** A picture in a place whose size is known: its colors until the file has loaded, and what there is to say when there is none. */
export function PictureImage({ picture, alt, sizes, isWhole = false, isEager = false }: PictureImageProps) {
  const [state, setState] = useState<'loading' | 'loaded' | 'broken'>('loading')
  const image = useRef<HTMLImageElement>(null)
  const isReady = picture.state === 'ready'
  useLayoutEffect(() => {
    if (image.current?.complete === true && image.current.naturalWidth > 0) setState('loaded')
  }, [isReady])
  useRecoveryOf(isReady && state === 'broken', () => setState('loading'))
  const isFailed = picture.state === 'failed' || (isReady && state === 'broken')
  return (
    <span class="picture" data-state={isReady ? state : picture.state} data-whole={isWhole || undefined}>
      {state !== 'loaded' && <Placeholder hash={picture.placeholder} />}
      {isReady && state !== 'broken' && (
        <img
          ref={image}
          class="picture-file"
          src={picture.urls.feed}
          srcset={srcsetOf(picture)}
          sizes={sizes}
          alt={alt}
          width={picture.width}
          height={picture.height}
          loading={isEager ? 'eager' : 'lazy'}
          decoding="async"
          draggable={false}
          onLoad={() => setState('loaded')}
          onError={() => setState('broken')}
        />
      )}
      {isFailed && <Note icon="alert" words={alt === '' ? text.value.failed : alt} />}
      {picture.state === 'processing' && <Note icon="picture" words={text.value.processing} />}
    </span>
  )
}

function Note({ icon, words }: { icon: 'alert' | 'picture'; words: string }) {
  return (
    <span class="picture-note">
      <Icon name={icon} />
      <span>{words}</span>
    </span>
  )
}
