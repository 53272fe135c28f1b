import './picture-grid.css'
import { useState } from 'preact/hooks'
import type { Picture } from '../api/types.ts'
import { classes } from '../ui/classes.ts'
import { laterDialog } from '../ui/later.tsx'
import { PictureImage } from './picture-image.tsx'
import type { ShownPicture } from './shown-picture.ts'
import { text } from './text.ts'

const Lightbox = laterDialog(() => import('./lightbox.tsx').then((module) => module.Lightbox))

/** Of more pictures the first four are shown, the others in the lightbox. */
const mostShown = 4

/** One to ten pictures in a place of fixed proportions; each opens the lightbox. */
export function PictureGrid({ pictures }: { pictures: readonly ShownPicture[] }) {
  const [opened, setOpened] = useState<number | undefined>(undefined)
  const [first] = pictures
  if (first === undefined) return null
  const shown = pictures.slice(0, mostShown)
  const hidden = pictures.length - shown.length
  return (
    <>
      <ul
        class={classes('picture-grid', `picture-grid-${shown.length}`)}
        style={pictures.length === 1 ? { '--ratio': String(ratioOf(first)) } : {}}
      >
        {shown.map((picture, place) => (
          <li key={picture.id} class="picture-grid-cell">
            <button type="button" class="picture-grid-open" onClick={() => setOpened(place)}>
              <span class="visually-hidden">{text.value.open(picture.alt, place + 1)}</span>
              <PictureImage picture={picture} alt="" sizes={sizesOf(shown.length)} />
              {hidden > 0 && place === mostShown - 1 && (
                <span class="picture-grid-more">
                  <span aria-hidden="true">+{hidden}</span>
                  <span class="visually-hidden">{text.value.more(hidden)}</span>
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {opened !== undefined && <Lightbox pictures={pictures} start={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

/** One picture alone has its own proportions, within what leaves the page readable. */
function ratioOf({ width, height }: Picture): number {
  return Math.max(3 / 4, Math.min(2.2, width / height))
}

function sizesOf(count: number): string {
  return count === 1 ? '(width < 40rem) 92vw, 36rem' : '(width < 40rem) 46vw, 18rem'
}
